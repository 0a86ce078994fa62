// A picture and its mask -> the holes filled, by one of three methods.

import { biharmonic } from "./biharmonic.js";
import { harmonic } from "./harmonic.js";
import { network } from "./network.js";
import { depths } from "./regions.js";
import { enlargeInto, halved } from "./smaller_copy.js";

// The method, and how many pixels deep it fills a hole by itself: wider ones take the equations too
// long, and the network sees only so far.
const METHODS = {
  harmonic: { fill: harmonic, deepest: 128 },
  biharmonic: { fill: biharmonic, deepest: 64 },
  network: { fill: network, deepest: 64 },
};

// Fills the holes of picture.rgb in place and touches nothing else; report(pixels so far).
export async function repair(picture, mask, method, report = () => {}) {
  const { fill, deepest } = METHODS[method];
  const shallow = mask.slice();
  const deep = depths(mask, picture).map((depth) => depth > deepest);
  if (deep.includes(1)) {
    const half = halved(picture, mask);
    await repair(half, half.mask, method);
    enlargeInto(picture, half, deep);
    for (let i = 0; i < deep.length; i++) if (deep[i]) shallow[i] = 0;
  }
  await fill(picture, shallow, report);
}
