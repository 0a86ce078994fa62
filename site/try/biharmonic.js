// The Laplacian of the Laplacian is 0 in the holes, the result cut at the picture's known range:
// course_lib/classical/biharmonic.py in JavaScript. At the picture's border a pixel has fewer
// neighbours. These are the normal equations of "the sum of all squared Laplacians is least", so
// what conjugate gradients need is the Laplacian T of the holes' pixels, and T turned round.

import { WITHIN_TWO, components, neighbours } from "./regions.js";
import { solve } from "./conjugate_gradients.js";

// Fills the holes of picture.rgb in place; report(pixels filled so far).
export function biharmonic(picture, mask, report) {
  const range = knownRange(picture.rgb, mask);
  let filled = 0;
  for (const pixels of components(mask, picture, WITHIN_TWO)) {
    fill(picture, mask, pixels, range);
    report((filled += pixels.length));
  }
}

function fill(picture, mask, pixels, range) {
  const { rgb } = picture;
  const { rows, places, degree } = laplacians(picture, pixels);
  const count = pixels.length;
  const values = new Float64Array(places.length + 1); // the last place is beyond the border
  const apply = (x) => {
    values.fill(0);
    for (let k = 0, p = 0; k < count; k++, p += 5) {
      values[rows[p]] -= degree[k] * x[k];
      for (let n = 1; n < 5; n++) values[rows[p + n]] += x[k];
    }
    values[places.length] = 0;
  };
  const turned = (result) => {
    for (let k = 0, p = 0; k < count; k++, p += 5) {
      result[k] =
        values[rows[p + 1]] + values[rows[p + 2]] + values[rows[p + 3]] + values[rows[p + 4]] -
        degree[k] * values[rows[p]];
    }
  };
  const multiply = (x, result) => {
    apply(x);
    turned(result);
  };
  const diagonal = degree.map((number) => number * number + number);
  for (let c = 0; c < 3; c++) {
    values.fill(0);
    values.set(knownPart(picture, mask, places, c));
    const right = new Float64Array(count);
    turned(right);
    const solved = solve(multiply, diagonal, right.map((value) => -value));
    const [low, high] = range[c];
    for (let k = 0; k < count; k++) {
      rgb[3 * pixels[k] + c] = Math.round(Math.min(Math.max(solved[k], low), high));
    }
  }
}

// Which Laplacians each pixel is part of: its own, then its neighbours'.
function laplacians(picture, pixels) {
  const number = new Map();
  const places = [];
  const numberOf = (place) => {
    if (!number.has(place)) number.set(place, places.push(place) - 1);
    return number.get(place);
  };
  pixels.forEach(numberOf);
  const rows = new Int32Array(5 * pixels.length).fill(-1);
  const degree = new Float64Array(pixels.length);
  const beside = new Int32Array(4);
  pixels.forEach((pixel, k) => {
    rows[5 * k] = k;
    degree[k] = neighbours(pixel, picture, beside);
    for (let n = 0; n < degree[k]; n++) rows[5 * k + 1 + n] = numberOf(beside[n]);
  });
  for (let p = 0; p < rows.length; p++) if (rows[p] < 0) rows[p] = places.length;
  return { rows, places, degree };
}

// The share of the known pixels in each of these Laplacians.
function knownPart({ rgb, ...size }, mask, places, channel) {
  const beside = new Int32Array(4);
  return places.map((place) => {
    const count = neighbours(place, size, beside);
    let sum = mask[place] ? 0 : -count * rgb[3 * place + channel];
    for (let n = 0; n < count; n++) {
      if (!mask[beside[n]]) sum += rgb[3 * beside[n] + channel];
    }
    return sum;
  });
}

function knownRange(rgb, mask) {
  const range = [0, 1, 2].map(() => [255, 0]);
  for (let i = 0; i < mask.length; i++) {
    if (mask[i]) continue;
    for (let c = 0; c < 3; c++) {
      const value = rgb[3 * i + c];
      if (value < range[c][0]) range[c][0] = value;
      if (value > range[c][1]) range[c][1] = value;
    }
  }
  return range;
}
