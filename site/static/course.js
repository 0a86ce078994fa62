// The portrait on the first page: the slider uncovers it. And names that the theme leaves out.
document.addEventListener("DOMContentLoaded", () => {
  for (const slider of document.querySelectorAll(".before-after input")) {
    slider.addEventListener("input", () =>
      slider.parentElement.style.setProperty("--share", `${slider.value}%`));
  }
});
