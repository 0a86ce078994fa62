// The front end of widgets.MaskPainter: a picture, a canvas with the hole over it, and tools.
// The mask is kept here as one byte a pixel; it travels to Python packed, eight pixels a byte,
// first pixel in the highest bit (numpy.packbits), once at the end of every stroke.

const LONGEST_SIDE = 512; // CSS pixels on the page
const ENLARGED_SIDE = 384; // smaller pictures are enlarged to about this side
const HOLE_OPACITY = 0.75;
const HELP =
  "Drag to paint, with Shift to erase. Keyboard, when the picture has the focus: arrow keys move " +
  "the brush, Space paints, E erases (hold it and move to draw a line), + and - change the size, " +
  "U undoes, C clears.";

let instances = 0;

class Painting {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height); // 1 = hole
    this.previous = null; // what undo goes back to
  }

  load(packed) {
    for (let i = 0; i < this.pixels.length; i++) {
      this.pixels[i] = (packed.getUint8(i >> 3) >> (7 - (i & 7))) & 1;
    }
  }

  pack() {
    const packed = new Uint8Array(Math.ceil(this.pixels.length / 8));
    for (let i = 0; i < this.pixels.length; i++) {
      packed[i >> 3] |= this.pixels[i] << (7 - (i & 7));
    }
    return new DataView(packed.buffer);
  }

  remember() {
    this.previous = this.pixels.slice();
  }

  undo() {
    [this.pixels, this.previous] = [this.previous, this.pixels];
  }

  // Every pixel whose centre is less than half the brush size away, and the one under the point.
  stamp(x, y, size, value) {
    const radius = size / 2;
    for (let row = Math.floor(y - radius); row <= y + radius; row++) {
      for (let column = Math.floor(x - radius); column <= x + radius; column++) {
        const inside = row >= 0 && row < this.height && column >= 0 && column < this.width;
        const under = row === Math.floor(y) && column === Math.floor(x);
        const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
        if (inside && (under || distance < radius)) this.pixels[row * this.width + column] = value;
      }
    }
  }

  line(from, to, size, value) {
    const stepLength = Math.max(0.5, size / 8); // short enough for a smooth rim
    const distance = Math.hypot(to.x - from.x, to.y - from.y);
    const steps = Math.max(1, Math.ceil(distance / stepLength));
    for (let step = 0; step <= steps; step++) {
      const share = step / steps;
      const x = from.x + share * (to.x - from.x);
      const y = from.y + share * (to.y - from.y);
      this.stamp(x, y, size, value);
    }
  }

  holePercent() {
    return (100 * this.pixels.reduce((sum, pixel) => sum + pixel, 0)) / this.pixels.length;
  }
}

function make(tag, properties = {}, children = []) {
  const { attributes = {}, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function makeButton(text, label) {
  return make("button", { type: "button", textContent: text, attributes: { "aria-label": label } });
}

// CSS pixels a pixel of the picture: a whole number where single pixels can be told apart.
function shownScale(width, height) {
  const longest = Math.max(width, height);
  const enlarged = ENLARGED_SIDE / longest;
  if (enlarged >= 2) return Math.floor(enlarged);
  return Math.min(Math.max(1, enlarged), LONGEST_SIDE / longest);
}

function buildPage(el, model) {
  const width = model.get("columns");
  const height = model.get("rows");
  const scale = shownScale(width, height);
  const helpId = `mask-painter-help-${++instances}`;
  const page = {
    canvas: make("canvas", {
      width,
      height,
      tabIndex: 0,
      attributes: {
        role: "application",
        "aria-label": `Picture to paint a hole on, ${width} by ${height} pixels`,
        "aria-describedby": helpId,
      },
    }),
    ring: make("div", { className: "mask-painter-ring" }),
    brush: makeButton("Brush", "Brush: paint the hole"),
    eraser: makeButton("Eraser", "Eraser: make pixels known again"),
    undo: makeButton("Undo", "Undo the last stroke"),
    clear: makeButton("Clear", "Clear the mask"),
    size: make("input", {
      type: "range",
      min: 1,
      max: Math.max(3, Math.round(Math.max(width, height) / 4)),
      value: Math.max(1, Math.round(Math.max(width, height) / 25)),
      attributes: { "aria-label": "Brush size in pixels" },
    }),
    sizeText: make("span", { className: "mask-painter-size" }),
    holeText: make("output", { className: "mask-painter-hole" }),
  };
  const picture = make("img", { src: model.get("picture"), alt: "", draggable: false });
  const stage = make("div", { className: "mask-painter-stage" }, [picture, page.canvas, page.ring]);
  stage.style.width = `${Math.round(width * scale)}px`;
  stage.style.aspectRatio = `${width} / ${height}`;
  stage.classList.toggle("mask-painter-pixels", scale >= 2);
  const tools = make("div", { className: "mask-painter-tools" }, [
    make("span", {}, [page.brush, page.eraser]),
    make("label", {}, ["Size ", page.size, " ", page.sizeText]),
    make("span", {}, [page.undo, page.clear]),
    page.holeText,
  ]);
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", "Painting tools");
  el.classList.add("mask-painter");
  el.setAttribute("data-lm-suppress-shortcuts", "true"); // or JupyterLab takes C, E and the arrows
  el.append(tools, stage, make("p", { id: helpId, className: "mask-painter-help" }, [HELP]));
  return page;
}

function render({ model, el }) {
  const page = buildPage(el, model);
  const { canvas } = page;
  const painting = new Painting(canvas.width, canvas.height);
  const context = canvas.getContext("2d");
  const overlay = context.createImageData(canvas.width, canvas.height);
  const colour = model.get("hole_colour").map((share) => Math.round(255 * share));
  const transparent = new Uint32Array(new Uint8Array([...colour, 0]).buffer)[0];
  new Uint32Array(overlay.data.buffer).fill(transparent); // from here on only alpha changes
  const cursor = { x: Math.floor(canvas.width / 2) + 0.5, y: Math.floor(canvas.height / 2) + 0.5 };
  let erasing = false; // the tool chosen with the buttons
  let stroke = null; // while one is drawn: { value: 1 paints | 0 erases }

  const brushSize = () => Number(page.size.value);

  function drawMask(left = 0, top = 0, right = canvas.width, bottom = canvas.height) {
    for (let row = top; row < bottom; row++) {
      for (let i = row * canvas.width + left; i < row * canvas.width + right; i++) {
        overlay.data[4 * i + 3] = painting.pixels[i] * 255 * HOLE_OPACITY;
      }
    }
    context.putImageData(overlay, 0, 0, left, top, right - left, bottom - top);
  }

  // Redraw what a stroke between two points can have changed: pictures may have many pixels.
  function drawStroke(from, to) {
    const reach = brushSize() / 2 + 1;
    const within = (value, end) => Math.min(Math.max(Math.floor(value), 0), end);
    drawMask(
      within(Math.min(from.x, to.x) - reach, canvas.width),
      within(Math.min(from.y, to.y) - reach, canvas.height),
      within(Math.max(from.x, to.x) + reach + 1, canvas.width),
      within(Math.max(from.y, to.y) + reach + 1, canvas.height),
    );
  }

  function drawRing() {
    const scale = canvas.clientWidth / canvas.width;
    const diameter = Math.max(4, brushSize() * scale);
    page.ring.style.width = page.ring.style.height = `${diameter}px`;
    page.ring.style.left = `${cursor.x * scale - diameter / 2}px`;
    page.ring.style.top = `${cursor.y * scale - diameter / 2}px`;
  }

  function drawTools() {
    page.brush.setAttribute("aria-pressed", String(!erasing));
    page.eraser.setAttribute("aria-pressed", String(erasing));
    page.undo.disabled = painting.previous === null;
    page.sizeText.textContent = `${brushSize()} px`;
    page.holeText.textContent = `${painting.holePercent().toFixed(1)} % hole`;
    drawRing();
  }

  function send() {
    model.set("packed", painting.pack());
    model.save_changes();
    drawMask();
    drawTools();
  }

  function receive() {
    if (stroke) return; // what is being painted wins
    painting.load(model.get("packed"));
    drawMask();
    drawTools();
  }

  function beginStroke(value) {
    if (stroke) return;
    painting.remember();
    stroke = { value };
    painting.stamp(cursor.x, cursor.y, brushSize(), value);
    drawStroke(cursor, cursor);
  }

  function moveTo(x, y) {
    const from = { ...cursor };
    Object.assign(cursor, { x, y });
    drawRing();
    if (!stroke) return;
    painting.line(from, cursor, brushSize(), stroke.value);
    drawStroke(from, cursor);
  }

  function endStroke() {
    if (!stroke) return;
    stroke = null;
    send();
  }

  function undo() {
    if (painting.previous === null) return;
    painting.undo();
    send();
  }

  function clear() {
    painting.remember();
    painting.pixels.fill(0);
    send();
  }

  function resize(step) {
    page.size.value = brushSize() + step;
    drawTools();
  }

  function choose(eraser) {
    erasing = eraser;
    drawTools();
  }

  function pointerPosition(event) {
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  function moveByKey(horizontal, vertical) {
    const step = Math.max(1, Math.floor(brushSize() / 2));
    const within = (value, end) => Math.min(Math.max(value, 0.5), end - 0.5);
    // From the middle of a pixel to the middle of another, so that what is painted is predictable.
    const x = within(Math.floor(cursor.x) + 0.5 + horizontal * step, canvas.width);
    const y = within(Math.floor(cursor.y) + 0.5 + vertical * step, canvas.height);
    moveTo(x, y);
  }

  const keys = {
    ArrowLeft: () => moveByKey(-1, 0),
    ArrowRight: () => moveByKey(1, 0),
    ArrowUp: () => moveByKey(0, -1),
    ArrowDown: () => moveByKey(0, 1),
    " ": (event) => beginStroke(event.shiftKey || erasing ? 0 : 1),
    e: () => beginStroke(0),
    "+": () => resize(1),
    "=": () => resize(1), // + without Shift on many keyboards
    "-": () => resize(-1),
    u: undo,
    c: clear,
  };

  canvas.addEventListener("keydown", (event) => {
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act(event);
  });
  canvas.addEventListener("keyup", (event) => {
    if (event.key === " " || event.key.toLowerCase() === "e") endStroke();
  });
  canvas.addEventListener("blur", endStroke);

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 && event.button !== 5) return; // 5: the eraser end of a pen
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    moveTo(...pointerPosition(event));
    beginStroke(erasing || event.shiftKey || event.button === 5 ? 0 : 1);
  });
  canvas.addEventListener("pointermove", (event) => moveTo(...pointerPosition(event)));
  canvas.addEventListener("pointerup", endStroke);
  canvas.addEventListener("pointercancel", endStroke);

  page.brush.addEventListener("click", () => choose(false));
  page.eraser.addEventListener("click", () => choose(true));
  page.undo.addEventListener("click", undo);
  page.clear.addEventListener("click", clear);
  page.size.addEventListener("input", drawTools);

  model.on("change:packed", receive);
  receive();
  const resized = new ResizeObserver(drawRing);
  resized.observe(canvas);
  return () => {
    resized.disconnect();
    model.off("change:packed", receive);
  };
}

export default { render };
