// The page's side of the worker: questions, news and answers.

export class Repairer {
  constructor(news) {
    this.news = news; // called with (words, share of the work or undefined)
    this.files = 0;
    this.start();
  }

  start() {
    this.waiting = new Map();
    this.asked = 0;
    this.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    this.worker.addEventListener("message", ({ data }) => this.hear(data));
    this.worker.addEventListener("error", () => this.fail("This browser cannot run the page: a newer one is needed."));
  }

  hear({ number, words, share, answer, problem }) {
    const promise = this.waiting.get(number);
    if (!promise) return;
    if (words) {
      this.news(words, share);
      return;
    }
    this.waiting.delete(number);
    if (problem) promise.reject(new Error(problem));
    else promise.resolve(answer);
  }

  fail(problem) {
    for (const promise of this.waiting.values()) promise.reject(new Error(problem));
    this.waiting.clear();
  }

  ask(question) {
    const number = this.asked++;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      this.worker.postMessage({ ...question, number });
    });
  }

  // A file as the worker knows it again; content is a Blob.
  file(content) {
    return { number: this.files++, content };
  }

  // At once, in the middle of anything: a new worker takes the old one's place.
  cancel() {
    this.worker.terminate();
    this.fail("Cancelled.");
    this.start();
  }
}
