// A text field that grows with its text and sends it once the typing pauses.

import { element, keepKeys } from "./dom.js";
import { withLateStart } from "./late_start.js";
import { Marks } from "./text_marks.js";
import { fieldText, toPoints, toUnits } from "./text_places.js";

const PAUSE_MS = 150;

/** A lone surrogate cannot travel to the kernel: it becomes U+FFFD. */
function wellFormed(text) {
  return text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");
}

const HIGHEST = 220; // pixels: ten lines
const LONG = 20_000; // characters: from here on browsers need help

/** As high as its text, up to ten lines; then it scrolls. To measure a long text takes long. */
function fit(area) {
  const long = area.textLength >= LONG;
  if (!long) area.style.height = "auto";
  area.style.height = `${long ? HIGHEST : Math.min(area.scrollHeight + 2, HIGHEST)}px`;
}

const TO_THE_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

/**
 * Each line has its own direction; in a long text all have that of the first letter, because
 * Chromium looks at all lines again for each line that is changed.
 */
function direct(area, long) {
  const [letter] = (long && area.value.match(/\p{L}/u)) || [""];
  area.dir = !long ? "auto" : TO_THE_LEFT.test(letter) ? "rtl" : "ltr";
}

/** Puts a text in the place of what is selected, at once: browsers do it line by line, for minutes. */
function replaceSelected(event, area, text) {
  event.preventDefault();
  const { selectionStart: start, selectionEnd: end, textLength, maxLength } = area;
  direct(area, true);
  area.setRangeText(text.slice(0, maxLength - textLength + end - start), start, end, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

/** A long text is pasted, or a long selection typed over or deleted. */
function onLong(area) {
  area.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.length >= LONG) replaceSelected(event, area, text);
  });
  area.addEventListener("beforeinput", (event) => {
    if (area.selectionEnd - area.selectionStart < LONG || event.isComposing) return;
    if (/^(insertText|delete)/.test(event.inputType)) replaceSelected(event, area, event.data ?? "");
  });
}

/** What the reader is told under the field. */
function noteText(model, full) {
  const limit = model.get("limit").toLocaleString("en");
  return [full && `The field is full: it takes ${limit} characters.`, model.get("note")].filter(Boolean).join(" ");
}

/** Sends what the reader selects in the field; gives back what ends it. */
function sendSelection(model, area) {
  let timer = 0;
  const send = () => {
    const text = model.get("value");
    if (fieldText(text) !== wellFormed(area.value)) return; // the text itself is still on its way
    const places = [area.selectionStart, area.selectionEnd].map((place) => toPoints(text, place));
    const selection = places[0] === places[1] ? [] : places;
    if (`${selection}` === `${model.get("selection")}`) return;
    model.set("selection", selection);
    model.save_changes();
  };
  const changed = () => {
    if (!model.get("selects") || document.activeElement !== area) return;
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE_MS);
  };
  document.addEventListener("selectionchange", changed);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("selectionchange", changed);
  };
}

function render({ model, el }) {
  el.classList.add("lab-text");
  const label = element("label");
  const caption = element("span", "lab-label");
  const area = element("textarea", "lab-input lab-area");
  const note = element("p", "lab-note");
  note.setAttribute("role", "status");
  area.rows = 1;
  area.spellcheck = false;
  const marks = new Marks(area);
  const frame = element("span", "lab-area-frame");
  frame.append(marks.node, area);
  label.append(caption, frame);
  el.append(label, note);

  let timer = 0;
  const send = () => {
    clearTimeout(timer);
    timer = 0;
    model.set("value", wellFormed(area.value));
    model.save_changes();
  };
  onLong(area);
  area.addEventListener("input", () => {
    direct(area, area.textLength >= LONG);
    fit(area);
    marks.show([]);
    drawNote();
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE_MS);
  });
  area.addEventListener("blur", () => timer && send());
  keepKeys(area);

  const drawNote = () => {
    note.textContent = noteText(model, area.textLength >= model.get("limit"));
    note.hidden = !note.textContent;
  };
  const draw = () => {
    caption.textContent = model.get("label");
    area.placeholder = model.get("placeholder");
    area.maxLength = model.get("limit");
    drawNote();
  };
  const drawMarks = () => {
    const text = model.get("value");
    const same = fieldText(text) === wellFormed(area.value);
    marks.show(same ? model.get("marked").map((stretch) => stretch.map((place) => toUnits(text, place))) : []);
  };
  const drawValue = () => {
    const unsent = timer !== 0;
    direct(area, Math.max(area.textLength, model.get("value").length) >= LONG);
    if (!unsent && wellFormed(area.value) !== fieldText(model.get("value"))) area.value = model.get("value");
    drawNote();
    requestAnimationFrame(() => fit(area));
  };
  const watched = "change:label change:placeholder change:limit change:note";
  model.on(watched, draw);
  model.on("change:value", drawValue);
  model.on("change:marked", drawMarks);
  const endSelection = sendSelection(model, area);
  draw();
  drawValue();
  drawMarks();
  return () => {
    clearTimeout(timer);
    endSelection();
    marks.forget();
    model.off("change:marked", drawMarks);
    model.off(watched, draw);
    model.off("change:value", drawValue);
  };
}

/** What of the view a link to a page may set: for each trait the value that is taken, undefined for none. */
export const settings = {
  value: (text, model) => (typeof text === "string" ? text.slice(0, model.get("limit")).toWellFormed() : undefined),
};

export default withLateStart({ render });
