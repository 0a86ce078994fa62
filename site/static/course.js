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
