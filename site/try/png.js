// Writes a PNG: every pixel exactly as it is, whatever a canvas would make of it.

import { deflate } from "./streams.js";

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const COLOUR_TYPES = { 1: 0, 3: 2 }; // by bytes a pixel: grey, RGB
const PAETH = 4;

// pixels: `channels` (1 or 3) bytes a pixel; note: ASCII, what the file says of itself.
export async function png({ width, height, channels, pixels, note }) {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, COLOUR_TYPES[channels], 0, 0, 0], 8);
  const text = new TextEncoder().encode(`Restoration\0${note}`);
  const data = await deflate(filtered(pixels, width * channels, height, channels));
  const parts = [chunk("IHDR", header), chunk("tEXt", text), chunk("IDAT", data)];
  return new Blob([new Uint8Array(SIGNATURE), ...parts, chunk("IEND", new Uint8Array(0))], {
    type: "image/png",
  });
}

// Each byte less what its three neighbours foretell: photographs then pack to half.
function filtered(pixels, line, height, step) {
  const result = new Uint8Array((line + 1) * height);
  for (let row = 0, k = 0; row < height; row++) {
    result[k++] = PAETH;
    const start = row * line;
    for (let i = start; i < start + line; i++, k++) {
      const left = i - start >= step ? pixels[i - step] : 0;
      const above = row ? pixels[i - line] : 0;
      const corner = row && i - start >= step ? pixels[i - line - step] : 0;
      result[k] = pixels[i] - foretold(left, above, corner);
    }
  }
  return result;
}

function foretold(left, above, corner) {
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

function chunk(name, data) {
  const result = new Uint8Array(12 + data.length);
  const view = new DataView(result.buffer);
  view.setUint32(0, data.length);
  result.set(new TextEncoder().encode(name), 4);
  result.set(data, 8);
  view.setUint32(8 + data.length, checksum(result.subarray(4, 8 + data.length)));
  return result;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function checksum(bytes) {
  let value = -1;
  for (let i = 0; i < bytes.length; i++) value = TABLE[(value ^ bytes[i]) & 255] ^ (value >>> 8);
  return ~value >>> 0;
}
