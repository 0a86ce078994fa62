// What the painter puts on the page: the tools and the stage. Nothing happens here.

const HELP =
  "Drag to paint, with Shift to erase; two fingers move and zoom. Keyboard, when the picture has " +
  "the focus: arrow keys move the brush, Space paints, E erases (hold it and move to draw a line), " +
  "[ and ] change the size, Ctrl+Z undoes, Ctrl+Y redoes, C clears.";
const MORE_HELP =
  "Polygon: click its corners (or press Space); Enter or a double click closes it, Escape " +
  "cancels. Zoom with Ctrl and the wheel, or I, O and 0.";
const LOOKS = {
  "bright scratches": "bright scratches",
  "dark scratches": "dark scratches",
  bright: "what is near white",
  dark: "what is near black",
  colour: "one colour",
};

// Percent: what restoration.find_damage takes when it is told nothing.
function usualTolerance(looks) {
  return looks.endsWith("scratches") ? 30 : 10;
}

const PICTURES = "image/*,.tif,.tiff";

let instances = 0;

function makeButton(text, label) {
  return make("button", { type: "button", textContent: text, attributes: { "aria-label": label } });
}

function makeSlider(label, min, max, value, step = 1) {
  return make("input", { type: "range", min, max, step, value, attributes: { "aria-label": label } });
}

function labelled(words, ...children) {
  return make("label", {}, [words, " ", ...children]);
}

function group(label, children) {
  const attributes = { role: "group", "aria-label": label };
  return make("div", { className: "mask-painter-tools", attributes }, children);
}

// A file input, hidden behind a button that says more and looks as the others do.
function makeFileInput(words, label, accept) {
  const input = make("input", {
    type: "file",
    accept,
    className: "mask-painter-file",
    attributes: { "aria-label": label },
  });
  return { input, label: make("label", { className: "mask-painter-button" }, [words, input]) };
}

function makeTools() {
  return {
    brush: makeButton("Brush", "Brush: paint the hole"),
    eraser: makeButton("Eraser", "Eraser: make pixels known again"),
    size: makeSlider("Brush size in pixels", 1, 3, 1),
    sizeText: make("span", { className: "mask-painter-size" }),
    undo: makeButton("Undo", "Undo the last step"),
    redo: makeButton("Redo", "Redo the step undone last"),
    clear: makeButton("Clear", "Clear the mask"),
    holeText: make("output", { className: "mask-painter-hole" }),
  };
}

function makeMoreTools() {
  return {
    openFile: makeFileInput("Open a picture\u2026", "Open a picture file", PICTURES),
    openMask: makeFileInput("Load a mask\u2026", "Load a mask from a file", PICTURES),
    saveMask: makeButton("Save the mask", "Save the mask as a PNG file"),
    polygon: makeButton("Polygon", "Polygon: paint what its corners enclose"),
    hand: makeButton("Move", "Move the part of the picture in view"),
    zoomIn: makeButton("+", "Zoom in"),
    zoomOut: makeButton("\u2212", "Zoom out"),
    fit: makeButton("Whole picture", "Show the whole picture"),
    grow: makeButton("Grow", "Grow the holes by one pixel"),
    shrink: makeButton("Shrink", "Shrink the holes by one pixel"),
    invert: makeButton("Invert", "Invert the mask"),
    colour: make("input", { type: "color", attributes: { "aria-label": "Colour of the mask" } }),
  };
}

function makeFinder() {
  const options = Object.entries(LOOKS).map(([value, text]) => new Option(text, value));
  return {
    looks: make("select", { attributes: { "aria-label": "What the damage looks like" } }, options),
    tone: make("input", { type: "color", value: "#ffcc00", attributes: { "aria-label": "Colour of the damage" } }),
    pick: makeButton("Pick", "Pick the colour from the picture"),
    tolerance: makeSlider("Tolerance", 1, 50, usualTolerance(Object.keys(LOOKS)[0])),
    toleranceText: make("span", { className: "mask-painter-size" }),
    width: make("input", {
      type: "number", min: 1, max: 99, value: 5, attributes: { "aria-label": "Width of the widest scratch in pixels" },
    }),
    find: makeButton("Add what is found", "Add what is found to the mask"),
  };
}

function makeStage(helpId) {
  const corners = make("div", { className: "mask-painter-corners" });
  corners.innerHTML = "<svg><polyline /><circle r='5' /></svg>"; // so that it is an SVG's polyline
  return {
    picture: make("img", { alt: "", draggable: false }),
    detail: make("img", { alt: "", draggable: false, hidden: true }),
    canvas: make("canvas", {
      tabIndex: 0,
      attributes: { role: "application", "aria-describedby": helpId },
    }),
    corners,
    ring: make("div", { className: "mask-painter-ring" }),
    drop: makeFileInput("Drop a picture here, or click to open one.", "Open a picture file", PICTURES),
  };
}

function moreRows(page) {
  const { openFile, openMask } = page;
  return [
    group("Files", [openFile.label, openMask.label, page.saveMask]),
    group("Polygon and view", [
      page.polygon, page.hand, make("span", {}, ["Zoom ", page.zoomOut, page.zoomIn, page.fit]),
    ]),
    group("The whole mask", [page.grow, page.shrink, page.invert, labelled("Colour", page.colour)]),
    group("First mask", [
      labelled("Find", page.looks),
      page.toneLabel,
      page.toleranceLabel,
      page.widthLabel,
      page.find,
    ]),
  ];
}

function makeFinderLabels(page) {
  return {
    toneLabel: make("span", {}, [page.tone, " ", page.pick]),
    toleranceLabel: labelled("Tolerance", page.tolerance, " ", page.toleranceText),
    widthLabel: labelled("Width", page.width, " px"),
  };
}

function buildPage(el, forWork) {
  const helpId = `mask-painter-help-${++instances}`;
  const page = { ...makeTools(), ...makeMoreTools(), ...makeFinder(), ...makeStage(helpId) };
  Object.assign(page, makeFinderLabels(page));
  page.message = make("p", { className: "mask-painter-message", attributes: { role: "status" } });
  page.guardText = make("span");
  page.guardInvert = makeButton("Invert it", "Invert the mask, which covers most of the picture");
  page.guard = make("p", { className: "mask-painter-guard", hidden: true }, [
    page.guardText, " ", page.guardInvert,
  ]);
  page.guard.setAttribute("role", "status");
  const tools = group("Painting tools", [
    make("span", {}, [page.brush, page.eraser]),
    labelled("Size", page.size, " ", page.sizeText),
    make("span", {}, [page.undo, page.redo, page.clear]),
    page.holeText,
  ]);
  const help = make("p", { className: "mask-painter-help" }, [MORE_HELP]);
  page.more = make("details", { className: "mask-painter-more", open: forWork }, [
    make("summary", {}, ["More tools"]), ...moreRows(page), help,
  ]);
  page.drop.label.className = "mask-painter-waiting";
  page.stage = make("div", { className: "mask-painter-stage" }, [
    page.picture, page.detail, page.canvas, page.corners, page.ring, page.drop.label,
  ]);
  el.classList.add("mask-painter");
  const below = make("p", { id: helpId, className: "mask-painter-help" }, [HELP]);
  el.append(tools, page.more, page.message, page.guard, page.stage, below);
  return page;
}
