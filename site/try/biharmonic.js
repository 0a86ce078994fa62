// The Laplacian of the Laplacian is 0 in the holes, the result cut at the picture's known range:
// course_lib/classical/biharmonic.py in JavaScript. At the picture's border a pixel has fewer
// neighbours. These are the normal equations of "the sum of all squared Laplacians is least": with
// T the map from the holes' pixels to all Laplacians that they are part of, T' T x = -T' known.

import { Envelope } from "./cholesky.js";
import { conjugateGradients } from "./conjugate_gradients.js";
import { WITHIN_TWO, components, neighbours } from "./regions.js";

const MOST_STORED = 4e7; // numbers of a factored matrix, 8 bytes each
const STEP_WORK = 60; // multiplications a pixel of one step of conjugate gradients, three colours

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
  const system = laplacians(picture, pixels);
  const solve = solver(system);
  for (let c = 0; c < 3; c++) {
    const right = turned(system, knownPart(picture, mask, system.places, c));
    const solved = solve(right.map((value) => -value));
    const [low, high] = range[c];
    for (let k = 0; k < pixels.length; k++) {
      rgb[3 * pixels[k] + c] = Math.round(Math.min(Math.max(solved[k], low), high));
    }
  }
}

// T' T x = right -> x: directly where that is quicker and its memory can be had.
function solver(system) {
  const { rows, places, degree } = system;
  const count = degree.length;
  const envelope = new Envelope(firstPartners(system));
  const width = (2 * count) / (places.length - count + 1); // of the hole, about, from its rim
  const steps = 30 + width * width;
  if (envelope.length < MOST_STORED && envelope.work < STEP_WORK * steps * count) {
    return direct(system, envelope);
  }
  const diagonal = degree.map((number) => number * number + number);
  const values = new Float64Array(places.length + 1); // the last place is beyond the border
  const multiply = (x, result) => {
    values.fill(0);
    for (let k = 0, p = 0; k < count; k++, p += 5) {
      values[rows[p]] -= degree[k] * x[k];
      for (let n = 1; n < 5; n++) values[rows[p + n]] += x[k];
    }
    turned(system, values, result);
  };
  return (right) => conjugateGradients(multiply, diagonal, right);
}

// T' values.
function turned({ rows, places, degree }, values, result = new Float64Array(degree.length)) {
  values[places.length] = 0;
  for (let k = 0, p = 0; k < degree.length; k++, p += 5) {
    result[k] =
      values[rows[p + 1]] + values[rows[p + 2]] + values[rows[p + 3]] + values[rows[p + 4]] -
      degree[k] * values[rows[p]];
  }
  return result;
}

// For each Laplacian the pixels in it: [number, factor, number, factor, ...].
function members({ rows, places, degree }) {
  const found = places.map(() => []);
  for (let k = 0, p = 0; k < degree.length; k++, p += 5) {
    found[rows[p]].push(k, -degree[k]);
    for (let n = 1; n < 5; n++) found[rows[p + n]]?.push(k, 1);
  }
  return found;
}

// The first pixel that stands in one Laplacian with each.
function firstPartners(system) {
  const first = Int32Array.from(system.degree.keys());
  for (const one of members(system)) {
    let least = Infinity;
    for (let m = 0; m < one.length; m += 2) least = Math.min(least, one[m]);
    for (let m = 0; m < one.length; m += 2) first[one[m]] = Math.min(first[one[m]], least);
  }
  return first;
}

function direct(system, envelope) {
  envelope.allocate();
  for (const one of members(system)) {
    for (let m = 0; m < one.length; m += 2) {
      for (let n = 0; n < one.length; n += 2) {
        if (one[n] <= one[m]) envelope.add(one[m], one[n], one[m + 1] * one[n + 1]);
      }
    }
  }
  envelope.factor();
  return (right) => envelope.solve(right);
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
