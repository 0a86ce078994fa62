// A large picture through the network: overlapping tiles, blended so that no seam is seen.
// course_lib/restoration/tiles.py in JavaScript; here a tile shrinks to its holes and a rim.

const SIDE = 512; // pixels of a tile
const OVERLAP = 128; // pixels that neighbours share
const ONE_TILE = 640 * 640; // a picture of so many pixels at most is one tile
const GRID = 16; // where the network's own grid of blocks begins
const RIM = 32; // pixels around the holes that the network is shown: more did not help

// {left, top, right, bottom} each.
export function tiles({ width, height }) {
  if (width * height <= ONE_TILE) return [{ left: 0, top: 0, right: width, bottom: height }];
  return spans(height).flatMap(([top, bottom]) =>
    spans(width).map(([left, right]) => ({ left, top, right, bottom })),
  );
}

function spans(length) {
  if (length <= SIDE) return [[0, length]];
  const found = [];
  for (let start = 0; start < length - OVERLAP; start += SIDE - OVERLAP) {
    found.push([start, Math.min(start + SIDE, length)]);
  }
  return found;
}

// How much a pixel of a tile counts: 1 inside, less towards a neighbour.
export function share(tile, column, row, { width, height }) {
  return slope(tile.left, tile.right, column, width) * slope(tile.top, tile.bottom, row, height);
}

function slope(start, stop, place, length) {
  const fromStart = start > 0 ? (place - start + 1) / (OVERLAP + 1) : 1;
  const toStop = stop < length ? (stop - place) / (OVERLAP + 1) : 1;
  return Math.min(1, fromStart, toStop);
}

// The tile's holes with a rim of their surroundings, on the grid; null if it has none.
export function aroundHoles(tile, mask, size) {
  const found = { left: tile.right, top: tile.bottom, right: 0, bottom: 0 };
  for (let row = tile.top; row < tile.bottom; row++) {
    const line = mask.subarray(row * size.width + tile.left, row * size.width + tile.right);
    const first = line.indexOf(1);
    if (first < 0) continue;
    found.left = Math.min(found.left, tile.left + first);
    found.right = Math.max(found.right, tile.left + line.lastIndexOf(1) + 1);
    found.top = Math.min(found.top, row);
    found.bottom = row + 1;
  }
  if (!found.bottom) return null;
  const down = (place, least) => Math.max(least, Math.floor((place - RIM) / GRID) * GRID);
  const up = (place, most) => Math.min(most, Math.ceil((place + RIM) / GRID) * GRID);
  return {
    left: down(found.left, tile.left),
    top: down(found.top, tile.top),
    right: up(found.right, tile.right),
    bottom: up(found.bottom, tile.bottom),
  };
}

// The box as the network takes it: floats in [0, 1], 0 in holes, sides that 16 divides; beyond the
// right and lower edge the picture is reflected.
export function cut({ rgb, width }, mask, box) {
  const [boxWidth, boxHeight] = [box.right - box.left, box.bottom - box.top];
  const columns = Math.ceil(boxWidth / GRID) * GRID;
  const rows = Math.ceil(boxHeight / GRID) * GRID;
  const damaged = new Float32Array(3 * rows * columns);
  const valid = new Float32Array(rows * columns);
  for (let row = 0, i = 0; row < rows; row++) {
    const line = (box.top + reflected(row, boxHeight)) * width + box.left;
    for (let column = 0; column < columns; column++, i++) {
      const at = line + reflected(column, boxWidth);
      if (mask[at]) continue;
      valid[i] = 1;
      for (let c = 0; c < 3; c++) damaged[3 * i + c] = rgb[3 * at + c] / 255;
    }
  }
  return { damaged, valid, rows, columns };
}

// As NumPy's pad with mode="reflect": 0 1 2 1 0 1 2 for length 3.
function reflected(place, length) {
  if (length === 1) return 0;
  const turn = place % (2 * length - 2);
  return turn < length ? turn : 2 * length - 2 - turn;
}
