// Files between the page and Python, in parts of a megabyte: what every front end lets through.
// _parcels.py is the other end.

const PART = 2 ** 20; // bytes

function make(tag, properties = {}, children = []) {
  const { attributes = {}, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  element.setAttribute("data-lm-suppress-shortcuts", "true"); // Jupyter asks the focused element
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

async function sendFile(model, file, purpose, view) {
  const content = await file.arrayBuffer();
  const count = Math.max(1, Math.ceil(content.byteLength / PART));
  for (let number = 0; number < count; number++) {
    const part = content.slice(number * PART, (number + 1) * PART);
    const said = { kind: "file", purpose, name: file.name, number, count, view };
    model.send(said, undefined, [part]);
  }
}

// Collects the parts of a file and has the browser save it after the last one.
class Saver {
  constructor() {
    this.parts = [];
  }

  add({ name, number, count }, buffer) {
    if (number === 0) this.parts = [];
    this.parts.push(buffer);
    if (number + 1 < count) return;
    const address = URL.createObjectURL(new Blob(this.parts));
    const link = make("a", { href: address, download: name });
    document.body.append(link); // Firefox wants it there
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
    this.parts = [];
  }
}
