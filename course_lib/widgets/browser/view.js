// Which part of the picture is in view, and the mask drawn over it. The picture itself is an <img>
// that the browser scales; the canvas over it has the screen's pixels, whatever the picture's size.

const LONGEST_SIDE = 640; // CSS pixels on the page
const ENLARGED_SIDE = 384; // smaller pictures are enlarged to about this side
const FLATTEST = 2.5; // width to height of the stage at most, so that there is room to zoom
const TALLEST = 0.66;
const CLOSEST = 40; // CSS pixels a pixel when zoomed in
const HOLE_OPACITY = 0.75;

// CSS pixels a pixel of the picture: a whole number where single pixels can be told apart.
function shownScale(width, height) {
  const longest = Math.max(width, height);
  const enlarged = ENLARGED_SIDE / longest;
  if (enlarged >= 2) return Math.floor(enlarged);
  return Math.min(Math.max(1, enlarged), LONGEST_SIDE / longest);
}

const within = (value, low, high) => Math.min(Math.max(value, low), high);

class View {
  constructor(width, height) {
    this.width = width; // of the picture, pixels
    this.height = height;
    this.zoom = 1; // 1 shows the whole picture
    this.left = 0; // pixel of the picture at the stage's left edge
    this.top = 0;
    this.stage = { width: 1, height: 1 }; // CSS pixels
  }

  get whole() {
    return Math.min(this.stage.width / this.width, this.stage.height / this.height);
  }

  get scale() {
    return this.whole * this.zoom; // CSS pixels a pixel
  }

  resize(width, height) {
    this.stage = { width: Math.max(1, width), height: Math.max(1, height) };
    this.settle();
  }

  toPicture(x, y) {
    return { x: this.left + x / this.scale, y: this.top + y / this.scale };
  }

  toStage(x, y) {
    return { x: (x - this.left) * this.scale, y: (y - this.top) * this.scale };
  }

  // Zoom by a factor so that the point of the stage stays where it is.
  zoomAt(factor, x, y) {
    const fixed = this.toPicture(x, y);
    this.zoom = within(this.zoom * factor, 1, Math.max(1, CLOSEST / this.whole));
    this.left = fixed.x - x / this.scale;
    this.top = fixed.y - y / this.scale;
    this.settle();
  }

  move(x, y) {
    this.left -= x / this.scale;
    this.top -= y / this.scale;
    this.settle();
  }

  // Bring a pixel of the picture into view.
  follow({ x, y }) {
    const rim = 0.1 * Math.min(this.stage.width, this.stage.height);
    const at = this.toStage(x, y);
    const back = (place, length) => place - within(place, rim, length - rim);
    this.left += back(at.x, this.stage.width) / this.scale;
    this.top += back(at.y, this.stage.height) / this.scale;
    this.settle();
  }

  // The picture fills the stage, or stands in its middle where it is smaller.
  settle() {
    const place = (start, length, room) =>
      length <= room ? (length - room) / 2 : within(start, 0, length - room);
    this.left = place(this.left, this.width, this.stage.width / this.scale);
    this.top = place(this.top, this.height, this.stage.height / this.scale);
  }

  // What is in view, in whole pixels, or [] for the whole picture.
  box() {
    const end = this.toPicture(this.stage.width, this.stage.height);
    const box = [
      within(Math.floor(this.left), 0, this.width - 1),
      within(Math.floor(this.top), 0, this.height - 1),
      within(Math.ceil(end.x), 1, this.width),
      within(Math.ceil(end.y), 1, this.height),
    ];
    return this.zoom === 1 ? [] : box;
  }

  placeImage(image, left, top, right, bottom) {
    const [start, end] = [this.toStage(left, top), this.toStage(right, bottom)];
    image.style.left = `${start.x}px`;
    image.style.top = `${start.y}px`;
    image.style.width = `${end.x - start.x}px`;
    image.style.height = `${end.y - start.y}px`;
  }
}

// The hole on the canvas: a dot of the screen is coloured where any pixel under it is hole.
class Overlay {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.image = null;
    this.colour = [0, 0, 0];
  }

  resize(width, height) {
    const dots = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(width * dots));
    this.canvas.height = Math.max(1, Math.round(height * dots));
    this.image = this.context.createImageData(this.canvas.width, this.canvas.height);
    this.setColour(this.colour);
  }

  setColour(colour) {
    this.colour = colour;
    const clear = new Uint32Array(new Uint8Array([...colour, 0]).buffer)[0];
    new Uint32Array(this.image.data.buffer).fill(clear); // from here on only alpha changes
  }

  // Where each dot begins in the picture, in whole pixels, along one side.
  edges(dots, start, dotsPerPixel) {
    return Int32Array.from({ length: dots + 1 }, (_, dot) => Math.floor(start + dot / dotsPerPixel));
  }

  // Draw the mask, or only what lies in a box of the picture's pixels.
  draw(painting, view, box = { left: 0, top: 0, right: painting.width, bottom: painting.height }) {
    const { width, height } = this.canvas;
    const dots = (width / view.stage.width) * view.scale; // a pixel
    const columns = this.edges(width, view.left, dots);
    const rows = this.edges(height, view.top, dots);
    const left = within(Math.floor((box.left - view.left) * dots) - 1, 0, width);
    const right = within(Math.ceil((box.right - view.left) * dots) + 1, 0, width);
    const top = within(Math.floor((box.top - view.top) * dots) - 1, 0, height);
    const bottom = within(Math.ceil((box.bottom - view.top) * dots) + 1, 0, height);
    if (left >= right || top >= bottom) return;
    for (let y = top; y < bottom; y++) {
      const [first, last] = [Math.max(0, rows[y]), Math.max(rows[y] + 1, rows[y + 1])];
      for (let x = left; x < right; x++) {
        const end = Math.max(columns[x] + 1, columns[x + 1]);
        const hole = anyHole(painting, Math.max(0, columns[x]), end, first, last);
        this.image.data[4 * (y * width + x) + 3] = hole * 255 * HOLE_OPACITY;
      }
    }
    this.context.putImageData(this.image, 0, 0, left, top, right - left, bottom - top);
  }
}

function anyHole({ pixels, width, height }, left, right, top, bottom) {
  const [lastColumn, lastRow] = [Math.min(right, width), Math.min(bottom, height)];
  for (let row = top; row < lastRow; row++) {
    for (let i = row * width + left; i < row * width + lastColumn; i++) if (pixels[i]) return 1;
  }
  return 0;
}
