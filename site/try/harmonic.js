// Every missing pixel becomes the mean of its neighbours inside the picture (Laplace's equation).
// course_lib/classical/harmonic.py in JavaScript.

import { conjugateGradients } from "./conjugate_gradients.js";
import { BESIDE, components, neighbours } from "./regions.js";

// Fills the holes of picture.rgb in place; report(pixels filled so far).
export function harmonic(picture, mask, report) {
  let filled = 0;
  for (const pixels of components(mask, picture, BESIDE)) {
    fill(picture, mask, pixels);
    report((filled += pixels.length));
  }
}

function fill({ rgb, ...size }, mask, pixels) {
  const count = pixels.length;
  const number = new Map();
  pixels.forEach((pixel, k) => number.set(pixel, k));
  const partners = new Int32Array(4 * count).fill(count); // [count] is a place that stays 0
  const degree = new Float64Array(count);
  const known = [0, 1, 2].map(() => new Float64Array(count));
  const beside = new Int32Array(4);
  for (let k = 0; k < count; k++) {
    degree[k] = neighbours(pixels[k], size, beside);
    for (let n = 0; n < degree[k]; n++) {
      if (mask[beside[n]]) partners[4 * k + n] = number.get(beside[n]);
      else for (let c = 0; c < 3; c++) known[c][k] += rgb[3 * beside[n] + c];
    }
  }
  const padded = new Float64Array(count + 1);
  const multiply = (x, result) => {
    padded.set(x);
    for (let k = 0, p = 0; k < count; k++, p += 4) {
      const missing =
        padded[partners[p]] + padded[partners[p + 1]] +
        padded[partners[p + 2]] + padded[partners[p + 3]];
      result[k] = degree[k] * x[k] - missing;
    }
  };
  for (let c = 0; c < 3; c++) {
    const values = conjugateGradients(multiply, degree, known[c]);
    for (let k = 0; k < count; k++) rgb[3 * pixels[k] + c] = Math.round(values[k]);
  }
}
