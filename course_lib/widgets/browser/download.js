// The front end of a download button: asks Python for a file and saves it.

function render({ model, el }) {
  const view = `${Date.now()}-${Math.random()}`;
  const saver = new Saver();
  const button = make("button", { type: "button", className: "mask-painter-button" });
  const message = make("span", { attributes: { role: "status" } });
  el.classList.add("mask-painter-download");
  el.append(button, " ", message);

  const draw = () => {
    button.textContent = model.get("description");
    button.disabled = model.get("disabled");
    message.textContent = model.get("message");
  };
  const hear = (said, buffers) => {
    if (said.view !== view) return;
    if (said.kind === "part") saver.add(said, buffers[0]);
    if (said.kind === "done") draw();
  };
  button.addEventListener("click", () => {
    message.textContent = "Writing \u2026";
    model.send({ kind: "save", view });
  });
  model.on("change", draw);
  model.on("msg:custom", hear);
  draw();
  return () => {
    model.off("change", draw);
    model.off("msg:custom", hear);
  };
}

export default { render };
