// What lies far inside a hole, from a copy of half the size: course_lib/restoration does the same
// with holes that it must cut.

// {width, height, rgb, mask}: means of the known pixels of each 2 x 2; where more than half of
// them are missing, a hole.
export function halved({ width, height, rgb }, mask) {
  const half = { width: (width + 1) >> 1, height: (height + 1) >> 1 };
  half.rgb = new Uint8Array(3 * half.width * half.height);
  half.mask = new Uint8Array(half.width * half.height);
  for (let y = 0, i = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++, i++) {
      const sum = [0, 0, 0];
      let [known, all] = [0, 0];
      for (let row = 2 * y; row < Math.min(2 * y + 2, height); row++) {
        for (let column = 2 * x; column < Math.min(2 * x + 2, width); column++, all++) {
          const at = row * width + column;
          if (mask[at]) continue;
          known++;
          for (let c = 0; c < 3; c++) sum[c] += rgb[3 * at + c];
        }
      }
      if (2 * known < all) half.mask[i] = 1;
      else for (let c = 0; c < 3; c++) half.rgb[3 * i + c] = Math.round(sum[c] / known);
    }
  }
  return half;
}

// Writes the pixels of `wanted` into the picture, between the nearest four of the half one.
export function enlargeInto(picture, half, wanted) {
  const between = (at, length) => {
    const place = Math.min(Math.max((at + 0.5) / 2 - 0.5, 0), length - 1);
    const first = Math.floor(place);
    return [first, Math.min(first + 1, length - 1), place - first];
  };
  for (let i = wanted.indexOf(1); i >= 0; i = wanted.indexOf(1, i + 1)) {
    const [left, right, across] = between(i % picture.width, half.width);
    const [top, bottom, down] = between(Math.floor(i / picture.width), half.height);
    for (let c = 0; c < 3; c++) {
      const value = (row, column) => half.rgb[3 * (row * half.width + column) + c];
      const above = (1 - across) * value(top, left) + across * value(top, right);
      const below = (1 - across) * value(bottom, left) + across * value(bottom, right);
      picture.rgb[3 * i + c] = Math.round((1 - down) * above + down * below);
    }
  }
}
