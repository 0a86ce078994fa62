// The mask: one byte a pixel, 1 = hole, what changes it, and the steps back and forth.

const REMEMBERED = 2 ** 26; // bytes of all steps that can be undone

class Painting {
  constructor(width, height, remembered = REMEMBERED) {
    this.remembered = remembered;
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height);
    this.settled = new Uint8Array(width * height); // as it was after the last finished step
    // Eight pixels a byte, the first in the highest bit, as numpy.packbits does; of settled.
    this.packed = new Uint8Array(Math.ceil((width * height) / 8));
    this.holes = 0;
    this.steps = []; // what each step changed
    this.done = 0; // how many of them stand: the others were undone
    this.dirty = null;
  }

  holePercent() {
    return (100 * this.holes) / this.pixels.length;
  }

  // Paint runs from column `from` up to `to`, that one not, within the picture.
  fillRun(row, from, to, value) {
    const start = row * this.width + Math.max(0, from);
    const end = row * this.width + Math.min(this.width, to);
    for (let i = start; i < end; i++) {
      this.holes += value - this.pixels[i];
      this.pixels[i] = value;
    }
  }

  touch(left, top, right, bottom) {
    const old = this.dirty ?? { left: Infinity, top: Infinity, right: 0, bottom: 0 };
    this.dirty = {
      left: Math.max(0, Math.min(old.left, Math.floor(left))),
      top: Math.max(0, Math.min(old.top, Math.floor(top))),
      right: Math.min(this.width, Math.max(old.right, Math.ceil(right))),
      bottom: Math.min(this.height, Math.max(old.bottom, Math.ceil(bottom))),
    };
  }

  // Every pixel whose centre is less than half the brush size away, and the one under the point.
  stamp(x, y, size, value) {
    const radius = size / 2;
    const first = Math.max(0, Math.floor(y - radius));
    const last = Math.min(this.height - 1, Math.floor(y + radius));
    for (let row = first; row <= last; row++) {
      const reach = radius * radius - (row + 0.5 - y) ** 2;
      if (reach <= 0) continue;
      let from = Math.floor(x - Math.sqrt(reach)) - 1;
      let to = Math.ceil(x + Math.sqrt(reach)) + 1;
      while (from < to && (from + 0.5 - x) ** 2 >= reach) from++;
      while (from < to && (to - 0.5 - x) ** 2 >= reach) to--;
      this.fillRun(row, from, to, value);
    }
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const inside = column >= 0 && column < this.width && row >= 0 && row < this.height;
    if (inside) this.fillRun(row, column, column + 1, value);
    this.touch(x - radius - 1, y - radius - 1, x + radius + 1, y + radius + 1);
  }

  line(from, to, size, value) {
    const stepLength = Math.max(0.5, size / 8); // short enough for a smooth rim
    const distance = Math.hypot(to.x - from.x, to.y - from.y);
    const steps = Math.max(1, Math.ceil(distance / stepLength));
    for (let step = 0; step <= steps; step++) {
      const share = step / steps;
      this.stamp(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y), size, value);
    }
  }

  // Every pixel whose centre is inside: an odd number of sides lies to the left of it.
  polygon(points, value) {
    const heights = points.map((point) => point.y);
    const first = Math.max(0, Math.floor(Math.min(...heights)));
    const last = Math.min(this.height - 1, Math.ceil(Math.max(...heights)));
    for (let row = first; row <= last; row++) {
      const crossings = crossingsAt(points, row + 0.5);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const [from, to] = [Math.ceil(crossings[i] - 0.5), Math.ceil(crossings[i + 1] - 0.5)];
        this.fillRun(row, from, to, value);
      }
    }
    this.touch(0, first, this.width, last + 1);
  }

  replace(pixels) {
    let holes = 0;
    for (let i = 0; i < pixels.length; i++) holes += pixels[i];
    this.pixels.set(pixels);
    this.holes = holes;
    this.touch(0, 0, this.width, this.height);
  }

  invert() {
    const inverted = new Uint8Array(this.pixels.length);
    for (let i = 0; i < inverted.length; i++) inverted[i] = 1 - this.pixels[i];
    this.replace(inverted);
  }

  // value 1: what touches a hole with a side becomes one; 0: holes lose what touches the known.
  spread(value) {
    const { pixels, width, height } = this;
    const spread = pixels.slice();
    for (let row = 0, i = 0; row < height; row++) {
      for (let column = 0; column < width; column++, i++) {
        if (pixels[i] === value) continue;
        const near =
          (column > 0 && pixels[i - 1] === value) ||
          (column + 1 < width && pixels[i + 1] === value) ||
          (row > 0 && pixels[i - width] === value) ||
          (row + 1 < height && pixels[i + width] === value);
        if (near) spread[i] = value;
      }
    }
    this.replace(spread);
  }

  // Take back what is not yet a step.
  revert() {
    this.replace(this.settled);
    this.dirty = null;
  }

  // Make one step of what has changed; false if nothing has.
  settle() {
    const box = this.changedBox();
    this.dirty = null;
    if (!box) return false;
    const step = { box, bits: this.difference(box) };
    this.steps.length = this.done;
    this.steps.push(step);
    this.done++;
    let bytes = this.steps.reduce((sum, one) => sum + one.bits.length, 0);
    while (bytes > this.remembered && this.steps.length > 1) {
      bytes -= this.steps.shift().bits.length;
      this.done--;
    }
    return true;
  }

  undo() {
    if (this.done > 0) this.flip(this.steps[--this.done]);
  }

  redo() {
    if (this.done < this.steps.length) this.flip(this.steps[this.done++]);
  }

  // The smallest box around what differs from the settled mask, or nothing.
  changedBox() {
    if (!this.dirty) return null;
    const { pixels, settled, width } = this;
    const { left, top, right, bottom } = this.dirty;
    const box = { left: right, top: bottom, right: left, bottom: top };
    for (let row = top; row < bottom; row++) {
      const [start, end] = [row * width + left, row * width + right];
      let first = start;
      while (first < end && pixels[first] === settled[first]) first++;
      if (first === end) continue;
      let last = end - 1;
      while (pixels[last] === settled[last]) last--;
      box.left = Math.min(box.left, first - row * width);
      box.right = Math.max(box.right, last + 1 - row * width);
      box.top = Math.min(box.top, row);
      box.bottom = row + 1;
    }
    return box.top < box.bottom ? box : null;
  }

  // One bit for each pixel of the box: has it changed? And from now on this is settled.
  difference(box) {
    const { pixels, settled, width } = this;
    const bits = new Uint8Array(Math.ceil(((box.right - box.left) * (box.bottom - box.top)) / 8));
    for (let row = box.top, k = 0; row < box.bottom; row++) {
      const end = row * width + box.right;
      for (let i = row * width + box.left; i < end; i++, k++) {
        bits[k >> 3] |= (pixels[i] ^ settled[i]) << (k & 7);
        settled[i] = pixels[i];
      }
    }
    this.pack(box);
    return bits;
  }

  // Undo and redo are one: what a step changed is changed back.
  flip({ box, bits }) {
    const { pixels, settled, width } = this;
    for (let row = box.top, k = 0; row < box.bottom; row++) {
      const end = row * width + box.right;
      for (let i = row * width + box.left; i < end; i++, k++) {
        const changed = (bits[k >> 3] >> (k & 7)) & 1;
        this.holes += changed * (1 - 2 * pixels[i]);
        settled[i] = pixels[i] ^= changed;
      }
    }
    this.pack(box);
  }

  // Bring `packed` up to date for the rows of a box.
  pack({ top, bottom }) {
    const { pixels, packed, width } = this;
    const end = Math.min(packed.length, Math.ceil((bottom * width) / 8));
    for (let k = (top * width) >> 3, i = 8 * k; k < end; k++, i += 8) {
      packed[k] =
        (pixels[i] << 7) | (pixels[i + 1] << 6) | (pixels[i + 2] << 5) | (pixels[i + 3] << 4) |
        (pixels[i + 4] << 3) | (pixels[i + 5] << 2) | (pixels[i + 6] << 1) | pixels[i + 7];
    }
  }

  unpack(packed) {
    const pixels = new Uint8Array(this.pixels.length);
    for (let i = 0; i < pixels.length; i++) pixels[i] = (packed[i >> 3] >> (7 - (i & 7))) & 1;
    return pixels;
  }
}

function crossingsAt(points, y) {
  const found = [];
  for (let i = 0; i < points.length; i++) {
    const [a, b] = [points[i], points[(i + 1) % points.length]];
    if (a.y <= y !== b.y <= y) found.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x));
  }
  return found.sort((one, other) => one - other);
}

// zlib, which Python has too: a mask of 50 megapixels is a few kilobytes on its way.
async function squeezed(bytes, stream) {
  const squeezing = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(squeezing).arrayBuffer());
}

const compress = (bytes) => squeezed(bytes, new CompressionStream("deflate"));
const decompress = (bytes) => squeezed(bytes, new DecompressionStream("deflate"));
