// Buttons that copy the code behind a picture, and a cell that opens the panel again as it stands.

import { button, element, follow } from "./dom.js";

/** Puts a text on the clipboard; whether the browser lets us: over plain http it does not. */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** A field with a text, from which the reader copies it. */
function fieldWith(text) {
  const field = element("textarea", "lab-copy-field");
  field.readOnly = true;
  field.value = text;
  field.setAttribute("aria-label", "To be copied");
  return field;
}

/** The buttons under the code of a foot, and a function that lets go of all they listen to. */
export function copier(model) {
  const node = element("div", "lab-copying");
  const said = element("span", "lab-copied");
  said.setAttribute("role", "status");
  const place = element("div", "lab-copy-place");

  /** Copies a text, or puts it where the reader can. */
  const copy = async (text, words) => {
    const done = await toClipboard(text);
    said.textContent = done ? words : "The browser lets no page use its clipboard: copy what is selected here.";
    place.replaceChildren(...(done ? [] : [fieldWith(text)]));
    const field = place.querySelector("textarea");
    field?.focus();
    field?.select();
  };
  const code = button("lab-button", "Copy the code", () => copy(model.get("code"), "Copied: these lines compute the picture."));
  const cell = button("lab-button", "Copy a cell that opens this panel as it stands", () => model.send({ cell: true }));
  node.append(code, cell, said, place);

  const answered = ({ cell: lines, problem }) => {
    if (lines) copy(lines, "Copied: run it in a cell of a notebook.");
    else if (problem) said.textContent = problem;
  };
  model.on("msg:custom", answered);
  const end = follow(model, "change:can_reopen", () => (cell.hidden = !model.get("can_reopen")));
  const forget = () => {
    model.off("msg:custom", answered);
    end();
  };
  return { node, forget };
}
