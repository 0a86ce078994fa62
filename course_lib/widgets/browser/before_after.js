// The front end of widgets.before_after: two pictures, one over the other, and a native slider.

const ENLARGED_SIDE = 384; // CSS pixels: smaller pictures are enlarged to about this side
const LONGEST_SIDE = 640;

function render({ model, el }) {
  const images = { before: document.createElement("img"), after: document.createElement("img") };
  const stage = document.createElement("div");
  const border = document.createElement("div");
  const slider = Object.assign(document.createElement("input"), { type: "range", value: 50 });
  const words = document.createElement("div");
  el.classList.add("before-after");
  slider.setAttribute("data-lm-suppress-shortcuts", "true"); // or Jupyter takes the arrows
  stage.className = "before-after-stage";
  border.className = "before-after-border";
  words.className = "before-after-words";
  words.innerHTML = "<span>before</span><span>after</span>";
  slider.setAttribute("aria-label", "Where the picture before ends and the picture after begins");
  stage.append(images.after, images.before, border);
  el.append(stage, slider, words);

  const move = () => {
    images.before.style.clipPath = `inset(0 ${100 - slider.value}% 0 0)`;
    border.style.left = `${slider.value}%`;
    slider.setAttribute("aria-valuetext", `${slider.value} % before`);
  };
  const draw = () => {
    const [width, height] = [model.get("width"), model.get("height")];
    const longest = Math.max(width, height);
    const scale = Math.max(1, Math.min(LONGEST_SIDE, Math.max(longest, ENLARGED_SIDE)) / longest);
    el.style.setProperty("--width", `${Math.round(Math.min(width * scale, LONGEST_SIDE))}px`);
    stage.style.aspectRatio = `${width} / ${height}`;
    stage.classList.toggle("before-after-pixels", scale >= 2);
    for (const [name, image] of Object.entries(images)) image.src = model.get(name);
    images.after.alt = model.get("alt");
    images.before.alt = "";
  };
  slider.addEventListener("input", move);
  model.on("change", draw);
  draw();
  move();
  return () => model.off("change", draw);
}

export default { render };
