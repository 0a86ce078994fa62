// Holes apart from each other, and what lies far inside them. A mask is one byte a pixel, 1 = hole.

// Where a pixel's equation looks: [rows, columns] away.
export const BESIDE = [[0, -1], [0, 1], [-1, 0], [1, 0]];
export const WITHIN_TWO = [
  ...BESIDE, [0, -2], [0, 2], [-2, 0], [2, 0], [-1, -1], [-1, 1], [1, -1], [1, 1],
];

// The pixels beside one, as far as the picture goes; `found` is filled and its length returned.
export function neighbours(pixel, { width, height }, found) {
  const column = pixel % width;
  let count = 0;
  if (column > 0) found[count++] = pixel - 1;
  if (column + 1 < width) found[count++] = pixel + 1;
  if (pixel >= width) found[count++] = pixel - width;
  if (pixel + width < width * height) found[count++] = pixel + width;
  return count;
}

// Sets of hole pixels whose equations have nothing to do with each other's, as Int32Arrays; each
// in the order in which a front reaches them (Cuthill and McKee's), so that partners stay near.
export function* components(mask, { width, height }, steps) {
  const left = mask.slice();
  let first = left.indexOf(1);
  while (first >= 0) {
    const pixels = [first];
    left[first] = 0;
    for (let k = 0; k < pixels.length; k++) {
      const column = pixels[k] % width;
      const row = (pixels[k] - column) / width;
      for (const [down, right] of steps) {
        const [y, x] = [row + down, column + right];
        const at = y * width + x;
        if (y < 0 || y >= height || x < 0 || x >= width || !left[at]) continue;
        left[at] = 0;
        pixels.push(at);
      }
    }
    yield Int32Array.from(pixels);
    first = left.indexOf(1, first + 1);
  }
}

// Steps (also slanting ones) to the nearest known pixel, at most 255; the border is not known.
export function depths(mask, { width, height }) {
  const depth = mask.map((hole) => 255 * hole);
  const lower = (i, j) => {
    if (depth[j] < depth[i]) depth[i] = depth[j] + 1;
  };
  const pass = (i, column, beside, above) => {
    if (!depth[i]) return;
    const [atLeft, atRight] = [column > 0, column + 1 < width];
    if (beside < 0 ? atLeft : atRight) lower(i, i + beside);
    if (i + above < 0 || i + above >= depth.length) return;
    lower(i, i + above);
    if (atLeft) lower(i, i + above - 1);
    if (atRight) lower(i, i + above + 1);
  };
  for (let i = 0; i < depth.length; i++) pass(i, i % width, -1, -width);
  for (let i = depth.length - 1; i >= 0; i--) pass(i, i % width, 1, width);
  return depth;
}
