// The front end of widgets.MaskPainter: what happens when something is pressed, drawn or received.
// The mask lives in a Painting; it travels to Python compressed at the end of every step.

const MUCH = 50; // % of hole: who marks more has more often inverted the mask
const CALM = 200; // milliseconds without another zoom or move before Python is told
const ZOOM_STEP = 1.5;
const ERASER_OF_A_PEN = 5; // button

class Painter {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.page = buildPage(el, model.get("for_work"));
    this.id = `${Date.now()}-${instances}`; // of this view: the widget may be shown twice
    this.overlay = new Overlay(this.page.canvas);
    this.saver = new Saver();
    this.tool = "brush";
    this.stroke = null; // while one is drawn: { value: 1 paints | 0 erases }
    this.corners = []; // of a polygon that is not closed yet
    this.pointers = new Map(); // that are down, with their places on the stage
    this.latest = 0; // which of the masks on their way from or to Python counts
    this.sent = Promise.resolve();
    this.sending = false;
    this.shownBox = null; // of the detail
    this.newPicture();
  }

  // The picture and what is derived from its size; the mask follows.
  newPicture() {
    const { page, model } = this;
    const [width, height] = [model.get("columns"), model.get("rows")];
    const there = width > 0;
    this.painting = new Painting(Math.max(1, width), Math.max(1, height));
    this.view = new View(this.painting.width, this.painting.height);
    this.cursor = { x: Math.floor(width / 2) + 0.5, y: Math.floor(height / 2) + 0.5 };
    this.giveUpPolygon();
    page.picture.src = there ? model.get("picture") : "data:,";
    page.picture.hidden = page.canvas.hidden = !there;
    page.drop.label.hidden = there;
    page.detail.hidden = true;
    const scale = there ? shownScale(width, height) : 1;
    page.stage.style.width = there ? `${Math.round(width * scale)}px` : `${ENLARGED_SIDE}px`;
    page.stage.style.aspectRatio = there ? within(width / height, TALLEST, FLATTEST) : FLATTEST;
    const longest = Math.max(width, height);
    page.size.max = within(Math.round(longest / 4), 3, 400);
    page.size.value = Math.max(1, Math.round(Math.min(longest / 25, 10 + longest / 200)));
    page.canvas.setAttribute(
      "aria-label", `Picture to paint a hole on, ${width} by ${height} pixels`,
    );
    this.resize();
    this.receive(true);
  }

  get brushSize() {
    return Number(this.page.size.value);
  }

  // Drawing

  resize() {
    const { clientWidth, clientHeight } = this.page.stage;
    if (!clientWidth) return; // not on the page yet
    this.view.resize(clientWidth, clientHeight);
    this.overlay.resize(clientWidth, clientHeight);
    this.setColour();
    this.drawView();
  }

  drawView() {
    const { page, view, painting } = this;
    view.placeImage(page.picture, 0, 0, view.width, view.height);
    if (this.shownBox) view.placeImage(page.detail, ...this.shownBox);
    page.stage.classList.toggle("mask-painter-pixels", view.scale >= 2);
    if (this.overlay.image) this.overlay.draw(painting, view);
    this.drawCorners();
    this.drawTools();
  }

  setColour() {
    const shares = this.model.get("hole_colour");
    const colour = shares.map((share) => Math.round(255 * share));
    if (this.overlay.image) this.overlay.setColour(colour);
    this.page.colour.value = asHex(colour);
  }

  // Redraw what a stroke between two points can have changed.
  drawStroke(from, to) {
    const reach = this.brushSize / 2 + 1;
    this.overlay.draw(this.painting, this.view, {
      left: Math.min(from.x, to.x) - reach,
      top: Math.min(from.y, to.y) - reach,
      right: Math.max(from.x, to.x) + reach,
      bottom: Math.max(from.y, to.y) + reach,
    });
    this.drawHole();
  }

  drawRing() {
    const { style } = this.page.ring;
    const diameter = Math.max(4, this.brushSize * this.view.scale);
    const { x, y } = this.view.toStage(this.cursor.x, this.cursor.y);
    style.width = style.height = `${diameter}px`;
    style.left = `${x - diameter / 2}px`;
    style.top = `${y - diameter / 2}px`;
  }

  drawCorners() {
    const places = this.corners.map(({ x, y }) => this.view.toStage(x, y));
    const [line, dot] = this.page.corners.firstChild.children;
    line.setAttribute("points", places.map(({ x, y }) => `${x},${y}`).join(" "));
    dot.setAttribute("cx", places[0]?.x ?? -10);
    dot.setAttribute("cy", places[0]?.y ?? -10);
  }

  drawHole() {
    const percent = this.painting.holePercent();
    this.page.holeText.textContent = `${percent.toFixed(1)} % hole`;
    const doubtful = percent > MUCH;
    if (doubtful) {
      this.page.guardText.textContent =
        `This mask covers ${percent.toFixed(0)} % of the picture: is it inverted?`;
    }
    this.page.guard.hidden = !doubtful;
  }

  drawTools() {
    const { page, painting } = this;
    const scratches = page.looks.value.endsWith("scratches");
    const names = ["brush", "eraser", "polygon", "hand", "pick"];
    for (const name of names) page[name].setAttribute("aria-pressed", String(this.tool === name));
    page.undo.disabled = painting.done === 0;
    page.redo.disabled = painting.done === painting.steps.length;
    page.sizeText.textContent = `${this.brushSize} px`;
    page.toleranceText.textContent = `${page.tolerance.value} %`;
    page.toneLabel.hidden = page.looks.value !== "colour";
    page.widthLabel.hidden = !scratches;
    page.canvas.style.cursor = { hand: "grab", pick: "copy" }[this.tool] ?? "crosshair";
    this.drawHole();
    this.drawRing();
  }

  say(sentence) {
    this.page.message.textContent = sentence;
  }

  // To and from Python

  send() {
    this.drawView();
    this.sent = this.sendNow(++this.latest);
  }

  async sendNow(turn) {
    const compressed = await compress(this.painting.packed);
    if (turn !== this.latest) return; // a later mask is on its way
    this.sending = true;
    this.model.set("compressed", new DataView(compressed.buffer));
    this.sending = false;
    this.model.save_changes();
  }

  async receive(first = false) {
    const compressed = this.model.get("compressed");
    if (this.sending || !compressed?.byteLength) return;
    const turn = ++this.latest;
    const packed = await decompress(compressed);
    if (turn !== this.latest || this.stroke) return; // what is being painted wins
    this.painting.replace(this.painting.unpack(packed));
    this.painting.settle();
    if (first) this.painting.steps.length = this.painting.done = 0;
    this.drawView();
  }

  hear(said, buffers) {
    if (said.kind === "detail") this.showDetail(said.box, buffers[0]);
    if (said.view !== this.id) return;
    if (said.kind === "colour") this.page.tone.value = asHex(said.colour);
    if (said.kind === "part") this.saver.add(said, buffers[0]);
    if (said.kind === "done") this.say(this.model.get("message"));
  }

  showDetail(box, content) {
    if (String(box) !== String(this.view.box())) return; // of where one no longer looks
    URL.revokeObjectURL(this.page.detail.src);
    this.page.detail.src = URL.createObjectURL(new Blob([content], { type: "image/jpeg" }));
    this.page.detail.hidden = false;
    this.shownBox = box;
    this.view.placeImage(this.page.detail, ...box);
  }

  async ask(question, doing) {
    this.say(doing);
    await this.sent; // Python is to have the mask that is seen here
    this.model.send({ ...question, view: this.id });
  }

  upload(file, purpose) {
    if (!file) return;
    this.say(`Opening ${file.name} \u2026`);
    sendFile(this.model, file, purpose, this.id);
  }

  // What changes the mask

  step(change) {
    if (this.stroke) return;
    change();
    if (this.painting.settle()) this.send();
    else this.drawView();
  }

  travel(direction) {
    if (this.stroke) return;
    this.painting[direction]();
    this.send();
  }

  beginStroke(value) {
    if (this.stroke) return;
    this.stroke = { value };
    this.painting.stamp(this.cursor.x, this.cursor.y, this.brushSize, value);
    this.drawStroke(this.cursor, this.cursor);
  }

  moveTo(x, y) {
    const from = { ...this.cursor };
    Object.assign(this.cursor, { x, y });
    this.drawRing();
    if (!this.stroke) return;
    this.painting.line(from, this.cursor, this.brushSize, this.stroke.value);
    this.drawStroke(from, this.cursor);
  }

  endStroke() {
    if (!this.stroke) return;
    this.stroke = null;
    this.step(() => {});
  }

  giveUpStroke() {
    if (!this.stroke) return;
    this.stroke = null;
    this.painting.revert();
    this.drawView();
  }

  addCorner() {
    this.corners.push({ ...this.cursor });
    this.drawCorners();
  }

  closePolygon() {
    const corners = this.corners;
    this.giveUpPolygon();
    if (corners.length > 2) this.step(() => this.painting.polygon(corners, 1));
  }

  giveUpPolygon() {
    this.corners = [];
    this.drawCorners();
  }

  choose(tool) {
    if (tool !== "polygon") this.giveUpPolygon();
    this.tool = this.tool === tool ? "brush" : tool;
    this.drawTools();
  }

  resizeBrush(direction) {
    const step = Math.max(1, Math.round(this.brushSize / 10));
    this.page.size.value = this.brushSize + direction * step;
    this.drawTools();
  }

  find() {
    const { looks, tone, tolerance, width } = this.page;
    const colour = [1, 3, 5].map((i) => parseInt(tone.value.slice(i, i + 2), 16) / 255);
    const question = {
      kind: "find",
      looks: looks.value === "colour" ? colour : looks.value,
      tolerance: Number(tolerance.value) / 100,
      width: Math.round(Number(width.value)),
    };
    this.ask(question, "Looking \u2026");
  }

  // The colour under the cursor: Python has the picture's own pixel. Without a kernel it stays the
  // one that is shown here.
  pickColour() {
    const { picture, tone } = this.page;
    const pixel = (at, length) => within(Math.floor(at), 0, length - 1);
    const [column, row] = [
      pixel(this.cursor.x, this.view.width), pixel(this.cursor.y, this.view.height),
    ];
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    const place = (at, shown, whole) => Math.floor(((at + 0.5) * shown) / whole);
    const x = place(column, picture.naturalWidth, this.view.width);
    const y = place(row, picture.naturalHeight, this.view.height);
    context.drawImage(picture, x, y, 1, 1, 0, 0, 1, 1);
    tone.value = asHex([...context.getImageData(0, 0, 1, 1).data.slice(0, 3)]);
    this.choose("brush");
    this.ask({ kind: "pick", x: column, y: row }, "");
  }

  // What is in view

  zoom(factor, x = this.view.stage.width / 2, y = this.view.stage.height / 2) {
    this.view.zoomAt(factor, x, y);
    this.viewMoved();
  }

  viewMoved() {
    this.drawView();
    clearTimeout(this.calm);
    this.calm = setTimeout(() => {
      this.model.set("box", this.view.box());
      this.model.save_changes();
    }, CALM);
  }

  placeOf(event) {
    const box = this.page.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  pointAt(event) {
    const place = this.placeOf(event);
    const { x, y } = this.view.toPicture(place.x, place.y);
    this.moveTo(x, y);
  }

  down(event) {
    if (![0, 1, ERASER_OF_A_PEN].includes(event.button)) return;
    event.preventDefault();
    this.page.canvas.focus({ preventScroll: true });
    this.page.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.placeOf(event));
    if (this.pointers.size > 1) this.giveUpStroke(); // two fingers move the picture
    else this.press(event);
  }

  press(event) {
    this.dragging = this.tool === "hand" || event.button === 1;
    this.pointAt(event);
    if (this.dragging) return;
    if (this.tool === "polygon") this.addCorner();
    else if (this.tool === "pick") this.pickColour();
    else {
      const erases = this.tool === "eraser" || event.shiftKey || event.button === ERASER_OF_A_PEN;
      this.beginStroke(erases ? 0 : 1);
    }
  }

  moved(event) {
    const before = this.pointers.get(event.pointerId);
    if (before && (this.dragging || this.pointers.size > 1)) this.drag(event, before);
    else this.pointAt(event);
  }

  // One pointer moves the picture; with two the space between them zooms it too.
  drag(event, before) {
    const now = this.placeOf(event);
    const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    this.pointers.set(event.pointerId, now);
    if (!other) this.view.move(now.x - before.x, now.y - before.y);
    else {
      this.view.move((now.x - before.x) / 2, (now.y - before.y) / 2);
      const apart = (at) => Math.max(1, Math.hypot(at.x - other.x, at.y - other.y));
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      this.view.zoomAt(apart(now) / apart(before), middle.x, middle.y);
    }
    this.viewMoved();
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    if (this.pointers.size === 0) this.dragging = false;
    this.endStroke();
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // the page's own scrolling
    event.preventDefault();
    const { x, y } = this.placeOf(event);
    this.zoom(Math.exp(-event.deltaY / 300), x, y);
  }

  moveByKey(horizontal, vertical) {
    const step = Math.max(1, Math.floor(this.brushSize / 2));
    // From the middle of a pixel to the middle of another, so that what is painted is predictable.
    const next = (at, direction, end) =>
      within(Math.floor(at) + 0.5 + direction * step, 0.5, end - 0.5);
    const x = next(this.cursor.x, horizontal, this.view.width);
    const y = next(this.cursor.y, vertical, this.view.height);
    this.moveTo(x, y);
    if (this.view.zoom === 1) return;
    this.view.follow(this.cursor);
    this.viewMoved();
  }

  space(event) {
    if (this.tool === "polygon") this.addCorner();
    else if (this.tool === "pick") this.pickColour();
    else this.beginStroke(event.shiftKey || this.tool === "eraser" ? 0 : 1);
  }

  keys() {
    return {
      ArrowLeft: () => this.moveByKey(-1, 0),
      ArrowRight: () => this.moveByKey(1, 0),
      ArrowUp: () => this.moveByKey(0, -1),
      ArrowDown: () => this.moveByKey(0, 1),
      " ": (event) => this.space(event),
      e: () => this.beginStroke(0),
      "+": () => this.resizeBrush(1),
      "=": () => this.resizeBrush(1), // + without Shift on many keyboards
      "]": () => this.resizeBrush(1),
      "-": () => this.resizeBrush(-1),
      "[": () => this.resizeBrush(-1),
      u: () => this.travel("undo"),
      c: () => this.clear(),
      p: () => this.choose("polygon"),
      i: () => this.zoom(ZOOM_STEP),
      o: () => this.zoom(1 / ZOOM_STEP),
      0: () => this.zoom(0),
      Enter: () => this.closePolygon(),
      Escape: () => this.giveUpPolygon(),
    };
  }

  clear() {
    this.step(() => this.painting.replace(new Uint8Array(this.painting.pixels.length)));
  }

  keydown(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const control = event.ctrlKey || event.metaKey;
    const acts = control
      ? { z: () => this.travel(event.shiftKey ? "redo" : "undo"), y: () => this.travel("redo") }
      : this.keys();
    if (!acts[key] || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    acts[key](event);
  }

  // Wiring

  listen() {
    const { canvas } = this.page;
    canvas.addEventListener("keydown", (event) => this.keydown(event));
    canvas.addEventListener("keyup", (event) => {
      if (event.key === " " || event.key.toLowerCase() === "e") this.endStroke();
    });
    canvas.addEventListener("blur", () => this.endStroke());
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.moved(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", (event) => this.up(event));
    canvas.addEventListener("dblclick", () => this.closePolygon());
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.listenToTools();
    this.listenToFiles();
  }

  listenToTools() {
    const { page } = this;
    const clicks = {
      brush: () => this.tool === "brush" || this.choose("brush"),
      eraser: () => this.choose("eraser"),
      polygon: () => this.choose("polygon"),
      hand: () => this.choose("hand"),
      pick: () => this.choose("pick"),
      undo: () => this.travel("undo"),
      redo: () => this.travel("redo"),
      clear: () => this.clear(),
      zoomIn: () => this.zoom(ZOOM_STEP),
      zoomOut: () => this.zoom(1 / ZOOM_STEP),
      fit: () => this.zoom(0),
      grow: () => this.step(() => this.painting.spread(1)),
      shrink: () => this.step(() => this.painting.spread(0)),
      invert: () => this.step(() => this.painting.invert()),
      guardInvert: () => this.step(() => this.painting.invert()),
      saveMask: () => this.ask({ kind: "save" }, "Saving \u2026"),
      find: () => this.find(),
    };
    for (const [name, act] of Object.entries(clicks)) page[name].addEventListener("click", act);
    for (const slider of [page.size, page.tolerance]) {
      slider.addEventListener("input", () => this.drawTools());
    }
    let usual = usualTolerance(page.looks.value);
    page.looks.addEventListener("input", () => {
      const before = usual;
      usual = usualTolerance(page.looks.value);
      if (usual !== before) page.tolerance.value = usual; // else what was set by hand stays
      this.drawTools();
    });
    page.colour.addEventListener("input", () => {
      const shares = [1, 3, 5].map((i) => parseInt(page.colour.value.slice(i, i + 2), 16) / 255);
      this.model.set("hole_colour", shares);
      this.model.save_changes();
    });
  }

  listenToFiles() {
    const { openFile, drop, openMask } = this.page;
    const inputs = [[openFile, "picture"], [drop, "picture"], [openMask, "mask"]];
    for (const [{ input }, purpose] of inputs) {
      input.addEventListener("change", () => {
        this.upload(input.files[0], purpose);
        input.value = ""; // or the same file could not be chosen again
      });
    }
    this.el.addEventListener("dragover", (event) => event.preventDefault());
    this.el.addEventListener("drop", (event) => {
      event.preventDefault();
      this.upload(event.dataTransfer.files[0], "picture");
    });
  }

  // Listen to Python; returns what ends it.
  follow() {
    const { model } = this;
    const heard = {
      "change:compressed": () => this.receive(),
      "change:picture": () => this.newPicture(),
      "change:hole_colour": () => {
        this.setColour();
        this.drawView();
      },
      "change:message": () => this.say(model.get("message")),
      "msg:custom": (said, buffers) => this.hear(said, buffers),
    };
    for (const [event, act] of Object.entries(heard)) model.on(event, act);
    const resized = new ResizeObserver(() => this.resize());
    resized.observe(this.page.stage);
    return () => {
      resized.disconnect();
      clearTimeout(this.calm);
      for (const [event, act] of Object.entries(heard)) model.off(event, act);
    };
  }
}

function asHex(colour) {
  return `#${colour.map((level) => level.toString(16).padStart(2, "0")).join("")}`;
}

function render({ model, el }) {
  const painter = new Painter(model, el);
  painter.listen();
  return painter.follow();
}

export { Painting, View }; // for the tests
export default { render };
