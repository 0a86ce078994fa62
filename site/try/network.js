// The course's network for photographs (models.load_pretrained("photo")) in ONNX Runtime Web.

import * as ort from "./ort.wasm.min.mjs";
import { fetchPacked } from "./streams.js";
import { aroundHoles, cut, share, tiles } from "./tiles.js";

let bytes = null; // promises: each is made once
let session = null;

// Fetch what the network needs, about 7 MB; report(bytes so far).
export function fetchNetwork(report) {
  let sum = 0;
  const add = (more) => report((sum += more));
  bytes ??= Promise.all([fetchPacked("ort.wasm.packed", add), fetchPacked("photo.onnx.packed", add)]);
  bytes.catch(() => (bytes = null)); // the line was cut: the next try may succeed
  return bytes;
}

async function start() {
  const [runtime, network] = await fetchNetwork(() => {});
  ort.env.wasm.numThreads = 1; // more would ask for headers that a plain server does not send
  ort.env.wasm.wasmBinary = runtime;
  ort.env.wasm.wasmPaths = new URL("./", import.meta.url).href;
  // "all" takes half a second longer to start and then runs no faster.
  const options = { executionProviders: ["wasm"], graphOptimizationLevel: "basic" };
  return ort.InferenceSession.create(network, options);
}

export function startNetwork() {
  session ??= start();
  session.catch(() => (session = null));
  return session;
}

// damaged (rows, columns, 3) and valid (rows, columns) -> predicted (rows, columns, 3), floats.
export async function predict({ damaged, valid, rows, columns }) {
  const inputs = {
    damaged: new ort.Tensor("float32", damaged, [1, rows, columns, 3]),
    valid: new ort.Tensor("float32", valid, [1, rows, columns, 1]),
  };
  const outputs = await (await startNetwork()).run(inputs);
  return Object.values(outputs)[0].data;
}

// Fills the holes of picture.rgb in place, tile by tile; report(pixels filled so far).
export async function network(picture, mask, report) {
  const holes = indices(mask);
  const total = new Float32Array(3 * holes.length);
  const weight = new Float32Array(holes.length);
  const work = tiles(picture).map((tile) => [tile, aroundHoles(tile, mask, picture)]);
  const wanted = work.filter(([, box]) => box);
  for (const [number, [tile, box]] of wanted.entries()) {
    const piece = cut(picture, mask, box);
    const predicted = await predict(piece);
    for (const [k, column, row] of inside(holes, box, picture.width)) {
      const counts = share(tile, column, row, picture);
      const at = 3 * ((row - box.top) * piece.columns + column - box.left);
      for (let c = 0; c < 3; c++) total[3 * k + c] += counts * predicted[at + c];
      weight[k] += counts;
    }
    report((holes.length * (number + 1)) / wanted.length);
  }
  holes.forEach((pixel, k) => {
    for (let c = 0; c < 3; c++) {
      const value = Math.min(Math.max(total[3 * k + c] / weight[k], 0), 1);
      picture.rgb[3 * pixel + c] = Math.round(255 * value);
    }
  });
}

function indices(mask) {
  const holes = new Int32Array(mask.reduce((sum, hole) => sum + hole, 0));
  for (let i = 0, k = 0; i < mask.length; i++) if (mask[i]) holes[k++] = i;
  return holes;
}

// [number in holes, column, row] of the holes in a box; holes are in the order of the picture.
function* inside(holes, box, width) {
  for (let row = box.top; row < box.bottom; row++) {
    const end = row * width + box.right;
    for (let k = firstFrom(holes, row * width + box.left); holes[k] < end; k++) {
      yield [k, holes[k] - row * width, row];
    }
  }
}

function firstFrom(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
