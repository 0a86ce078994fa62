// The portrait on the first page: the slider uncovers it.
document.addEventListener("DOMContentLoaded", () => {
  for (const slider of document.querySelectorAll(".before-after input")) {
    slider.addEventListener("input", () =>
      slider.parentElement.style.setProperty("--share", `${slider.value}%`));
  }
});

// On paper nothing folds out and nothing scrolls.
const PAPER = 640; // pixels between the margins of A4
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll(".bd-article details:not([open])")];
  for (const part of folded) part.open = true;
  for (const table of document.querySelectorAll(".bd-article table")) {
    table.style.setProperty("--fit", Math.min(1, PAPER / table.scrollWidth));
  }
});
addEventListener("afterprint", () => {
  for (const part of folded) part.open = false;
});

// What is wider than its frame says so: to the eye (course.css) and to a screen reader.
const FRAMES = [".pst-scrollable-table-container", ".cell_output > .output", ".frame", "pre", "div.math"];
const tell = frame => {
  const hidden = frame.scrollWidth - frame.clientWidth;
  const more = [frame.scrollLeft > 1 && "left", frame.scrollLeft < hidden - 1 && "right"];
  const said = {
    "data-more": more.filter(Boolean).join(" "),
    "tabindex": 0,
    "role": "group",
    "aria-label": "Wider than the page: scrolls sideways",
  };
  for (const [name, value] of Object.entries(said)) {
    if (hidden > 1) frame.setAttribute(name, value);
    else frame.removeAttribute(name);
  }
};
document.addEventListener("DOMContentLoaded", () => {
  const watch = new ResizeObserver(seen => {
    for (const { target } of seen) tell(target.closest(FRAMES));
  });
  for (const frame of document.querySelectorAll(FRAMES.map(one => `.bd-article ${one}`))) {
    frame.addEventListener("scroll", () => tell(frame), { passive: true });
    for (const part of [frame, ...frame.children]) watch.observe(part);
  }
});
