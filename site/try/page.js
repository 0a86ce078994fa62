// Wires the page: a picture, the painter, the three methods, the result.

import beforeAfter from "./before_after.js";
import painter from "./painter.js";
import { PainterModel, stem } from "./painter_model.js";
import { checkSize } from "./pixels.js";
import { Repairer } from "./repairer.js";

const find = (id) => document.getElementById(id);

const model = new PainterModel(open, maskChanged);
const repairer = new Repairer(showNews);
const shown = { file: null, name: "", address: "", mask: "" }; // the picture, its example's mask
const results = new Map(); // method -> { address, words }
let busy = false;

painter.render({ model, el: find("painter") });

// A picture

async function open(content, name = content.name, mask = "") {
  const address = URL.createObjectURL(content);
  try {
    const size = await sizeOf(address);
    checkSize(size.width, size.height);
    const file = repairer.file(content);
    stop();
    const read = await repairer.ask({ kind: "open", file });
    URL.revokeObjectURL(shown.address);
    Object.assign(shown, { file, name, address, mask });
    await model.show(name, address, read);
    forgetResults();
    find("mark").hidden = !mask;
    find("work").hidden = false;
    repairer.ask({ kind: "prepare" }).then(rest, () => {}); // while the damage is painted
  } catch (problem) {
    URL.revokeObjectURL(address);
    throw new Error(`${name}: ${problem.message}`);
  }
}

// What the file says, before all of it is decoded.
async function sizeOf(address) {
  const image = new Image();
  image.src = address;
  await new Promise((resolve) => (image.onload = image.onerror = resolve));
  return { width: image.naturalWidth, height: image.naturalHeight };
}

// Opens what a promise brings; says in one sentence why it cannot.
async function take(opening) {
  model.say("Opening the picture \u2026");
  try {
    await opening();
    find("painter").scrollIntoView({ block: "nearest" });
  } catch (problem) {
    model.say(problem.message);
  }
}

async function openExample({ dataset }) {
  const picture = await fetch(dataset.picture);
  await open(await picture.blob(), `${dataset.name}.png`, dataset.mask);
}

async function markDamage() {
  await model.loadMask(await (await fetch(shown.mask)).blob());
}

// The repair

const method = () => document.querySelector("input[name=method]:checked").value;

async function repair() {
  const asked = method();
  setBusy(true);
  say("");
  try {
    const mask = checked(await model.mask());
    const answer = await repairer.ask({ kind: "repair", file: shown.file, mask, method: asked });
    results.set(asked, {
      address: URL.createObjectURL(answer.content),
      words: `${answer.seconds.toFixed(answer.seconds < 10 ? 1 : 0)} s`,
    });
    say(`Filled in ${results.get(asked).words} by ${labelOf(asked)}.`);
    showResult();
  } catch (problem) {
    say(problem.message);
  } finally {
    setBusy(false);
  }
}

function checked(mask) {
  if (!mask.includes(1)) throw new Error("Paint over the damage first.");
  if (!mask.includes(0)) {
    throw new Error("The whole picture is painted over: leave something to fill in from.");
  }
  return mask;
}

function stop() {
  if (busy) repairer.cancel();
}

function setBusy(now) {
  busy = now;
  find("repair").disabled = now;
  find("cancel").hidden = !now;
  if (!now) find("progress").hidden = true;
}

function showNews(words, share) {
  if (!busy) {
    find("fetched").textContent = words;
    return;
  }
  say(words);
  const progress = find("progress");
  progress.hidden = false;
  if (share === undefined) progress.removeAttribute("value");
  else progress.value = share;
}

function rest() {
  find("fetched").textContent = "The network is ready.";
}

function say(sentence) {
  find("status").textContent = sentence;
}

// The result

const values = { width: 1, height: 1, before: "", after: "", alt: "" };
const heard = {};
const pair = { get: (name) => values[name], on: (event, act) => (heard[event] = act), off: () => {} };

function labelOf(name) {
  return document.querySelector(`input[value=${name}]`).dataset.label;
}

function showResult() {
  const name = method();
  const result = results.get(name);
  find("result").hidden = !result;
  for (const input of document.querySelectorAll("input[name=method]")) {
    find(`${input.value}-seconds`).textContent = results.get(input.value)?.words ?? "";
  }
  if (!result) return;
  values.width = model.get("columns");
  values.height = model.get("rows");
  values.before = shown.address;
  values.after = result.address;
  values.alt = `The picture repaired by ${labelOf(name)}`;
  if (heard.change) heard.change();
  else beforeAfter.render({ model: pair, el: find("comparison") });
  find("download").href = result.address;
  find("download").download = `${stem(shown.name)}-${name}.png`;
  find("result-title").textContent = `Repaired by ${labelOf(name)}`;
}

function forgetResults() {
  for (const { address } of results.values()) URL.revokeObjectURL(address);
  results.clear();
  showResult();
  say("");
}

function maskChanged() {
  stop();
  forgetResults();
}

// What is pressed, chosen and dropped

find("open").addEventListener("change", ({ target }) => {
  const [file] = target.files;
  target.value = ""; // or the same file could not be chosen again
  if (file) take(() => open(file));
});
for (const button of document.querySelectorAll("button[data-picture]")) {
  button.addEventListener("click", () => take(() => openExample(button)));
}
for (const input of document.querySelectorAll("input[name=method]")) {
  input.addEventListener("change", showResult);
}
find("mark").addEventListener("click", markDamage);
find("repair").addEventListener("click", repair);
find("cancel").addEventListener("click", () => repairer.cancel());
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (file) take(() => open(file));
});
