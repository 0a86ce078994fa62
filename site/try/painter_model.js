// Stands in for the model that anywidget gives the course's painter, which runs here unchanged:
// values with names, and news of their changes. What the painter asks Python for is done here.

import { readPixels } from "./pixels.js";
import { png } from "./png.js";
import { deflate, inflate } from "./streams.js";

const HOLE_COLOUR = [0.85, 0.1, 0.55];

export class PainterModel {
  // onPicture(file), onMask(): what the page does when a picture is chosen and a step is painted.
  constructor(onPicture, onMask) {
    this.onPicture = onPicture;
    this.onMask = onMask;
    this.values = { columns: 0, rows: 0, picture: "", hole_colour: HOLE_COLOUR, message: "" };
    this.listeners = {};
    this.parts = [];
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    this.values[name] = value;
    this.changed = name;
  }

  save_changes() {
    if (this.changed === "compressed") this.onMask();
    if (this.changed === "hole_colour") this.tell("change:hole_colour");
  }

  on(event, listener) {
    this.listeners[event] = listener;
  }

  off(event) {
    delete this.listeners[event];
  }

  tell(event, ...news) {
    this.listeners[event]?.(...news);
  }

  say(sentence) {
    this.values.message = sentence;
    this.tell("change:message");
  }

  async show(name, address, { width, height }) {
    const compressed = await deflate(new Uint8Array(Math.ceil((width * height) / 8)));
    Object.assign(this.values, { columns: width, rows: height, picture: address, name });
    this.values.compressed = new DataView(compressed.buffer);
    this.tell("change:picture");
    this.say("");
  }

  // One byte a pixel, 1 = hole.
  async mask() {
    const { compressed, columns, rows } = this.values;
    const packed = await inflate(new Uint8Array(compressed.buffer));
    const mask = new Uint8Array(columns * rows);
    for (let i = 0; i < mask.length; i++) mask[i] = (packed[i >> 3] >> (7 - (i & 7))) & 1;
    return mask;
  }

  async setMask(mask) {
    const packed = new Uint8Array(Math.ceil(mask.length / 8));
    for (let i = 0; i < mask.length; i++) packed[i >> 3] |= mask[i] << (7 - (i & 7));
    const compressed = await deflate(packed);
    this.values.compressed = new DataView(compressed.buffer);
    this.tell("change:compressed");
    this.onMask();
  }

  // A mask's picture file: white is hole.
  async loadMask(file) {
    const { width, height, rgb } = await readPixels(file);
    const { columns, rows } = this.values;
    if (width !== columns || height !== rows) {
      throw new Error(
        `This mask has ${width} by ${height} pixels and the picture ${columns} by ${rows}: ` +
          "make them the same size.",
      );
    }
    const mask = new Uint8Array(columns * rows);
    for (let i = 0; i < mask.length; i++) mask[i] = rgb[3 * i] > 127 ? 1 : 0;
    await this.setMask(mask);
  }

  // What the painter would send to Python.
  async send(said, _, buffers) {
    try {
      if (said.kind === "file") await this.takePart(said, buffers[0]);
      if (said.kind === "save") await this.saveMask(said.view);
      if (said.kind !== "file" || said.number + 1 === said.count) this.say("");
    } catch (problem) {
      this.say(problem.message);
    }
  }

  async takePart({ name, purpose, number, count }, part) {
    if (number === 0) this.parts = [];
    this.parts.push(part);
    if (number + 1 < count) return;
    const file = new File(this.parts, name);
    this.parts = [];
    if (purpose === "mask") await this.loadMask(file);
    else await this.onPicture(file);
  }

  async saveMask(view) {
    const { columns, rows, name } = this.values;
    const pixels = (await this.mask()).map((hole) => 255 * hole);
    const file = await png({ width: columns, height: rows, channels: 1, pixels, note: "mask" });
    const part = { kind: "part", view, name: `${stem(name)}-mask.png`, number: 0, count: 1 };
    this.tell("msg:custom", part, [await file.arrayBuffer()]);
  }
}

export function stem(name) {
  return name.replace(/\.[^.]*$/, "") || "picture";
}
