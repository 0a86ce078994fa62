// Does the work beside the page, so that the page stays alive. It keeps the picture that it read
// last; each question carries the file, since a worker that was stopped has forgotten it.

import { fetchNetwork, startNetwork } from "./network.js";
import { readPixels } from "./pixels.js";
import { png } from "./png.js";
import { repair } from "./repair.js";

const PAUSE = 100; // milliseconds between two news

let opened = { file: null, picture: null };

async function pictureOf(file) {
  if (opened.file !== file.number) {
    opened = { file: file.number, picture: await readPixels(file.content) };
  }
  return opened.picture;
}

const answers = {
  async open({ file }) {
    const { width, height } = await pictureOf(file);
    return { width, height };
  },

  async prepare(_, news) {
    await fetchNetwork((bytes) => news(`Fetching the network: ${(bytes / 1e6).toFixed(1)} MB`));
    news("Starting the network \u2026");
    await startNetwork();
  },

  async repair({ file, mask, method }, news) {
    const picture = await pictureOf(file);
    const holes = mask.reduce((sum, hole) => sum + hole, 0);
    if (method === "network") await answers.prepare({}, news);
    const repaired = { ...picture, rgb: picture.rgb.slice() };
    const start = performance.now();
    news("Filling \u2026", 0);
    await repair(repaired, mask, method, (done) => news("Filling \u2026", done / holes));
    const seconds = (performance.now() - start) / 1000;
    news("Writing the PNG \u2026");
    const { width, height, rgb } = repaired;
    const share = ((100 * holes) / mask.length).toFixed(2);
    const note = `${holes} pixels (${share} %) were invented by inpainting (${method})`;
    return { content: await png({ width, height, channels: 3, pixels: rgb, note }), seconds };
  },
};

self.onmessage = async ({ data }) => {
  let last = -Infinity;
  const news = (words, share) => {
    if (share && performance.now() - last < PAUSE) return;
    last = performance.now();
    self.postMessage({ number: data.number, words, share });
  };
  try {
    const answer = await answers[data.kind](data, news);
    self.postMessage({ number: data.number, answer: answer ?? {} });
  } catch (problem) {
    self.postMessage({ number: data.number, problem: problem.message });
  }
};
