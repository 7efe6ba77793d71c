// A text field that grows with its text and sends it once the typing pauses.

const PAUSE_MS = 150;

/** A lone surrogate cannot travel to the kernel: it becomes U+FFFD. */
function wellFormed(text) {
  return text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");
}

/** As high as its text, up to ten lines; then it scrolls. */
function fit(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight + 2, 220)}px`;
}

function render({ model, el }) {
  el.classList.add("lab-text");
  const label = element("label");
  const caption = element("span", "lab-label");
  const area = element("textarea", "lab-input lab-area");
  const note = element("p", "lab-note");
  note.setAttribute("role", "status");
  area.rows = 1;
  area.dir = "auto";
  area.spellcheck = false;
  label.append(caption, area);
  el.append(label, note);

  let timer = 0;
  const send = () => {
    clearTimeout(timer);
    timer = 0;
    model.set("value", wellFormed(area.value));
    model.save_changes();
  };
  area.addEventListener("input", () => {
    fit(area);
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE_MS);
  });
  area.addEventListener("blur", () => timer && send());
  keepKeys(area);

  const draw = () => {
    caption.textContent = model.get("label");
    area.placeholder = model.get("placeholder");
    area.maxLength = model.get("limit");
    note.textContent = model.get("note");
    note.hidden = !model.get("note");
  };
  const drawValue = () => {
    const unsent = timer !== 0;
    if (!unsent && wellFormed(area.value) !== model.get("value")) area.value = model.get("value");
    requestAnimationFrame(() => fit(area));
  };
  const watched = "change:label change:placeholder change:limit change:note";
  model.on(watched, draw);
  model.on("change:value", drawValue);
  draw();
  drawValue();
  return () => {
    clearTimeout(timer);
    model.off(watched, draw);
    model.off("change:value", drawValue);
  };
}

export default { render };
