// The head of a panel: title, model badge, and the form that asks for another model.

import { button, element, follow, keepKeys } from "./dom.js";
import { withLateStart } from "./late_start.js";
import { nameSliders } from "./names.js";

/** The drop-down of the catalogue, with what is not on this machine marked in words; a page offers less. */
function catalogue(model) {
  const select = element("select", "lab-input");
  const noun = model.get("noun");
  select.setAttribute("aria-label", `Choose a ${noun}`);
  const fill = () => {
    const options = model.get("choices").map(({ name, text }) => new Option(text, name));
    select.replaceChildren(new Option(`choose a ${noun} …`, ""), ...options);
  };
  return { select, forget: follow(model, "change:choices", fill) };
}

/** The folded form: a drop-down, a field for any id or folder, and a button. */
function chooser(model) {
  const form = element("form", "lab-chooser");
  const why = element("p", "lab-why");
  const { select, forget } = catalogue(model);
  const field = element("input", "lab-input");
  field.placeholder = "or any hub id or folder";
  field.setAttribute("aria-label", `Hub id or folder of another ${model.get("noun")}`);
  const open = element("button", "lab-button", "Open");
  select.addEventListener("change", () => (field.value = select.value));
  field.addEventListener("input", () => (select.value = ""));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) model.send({ open: field.value.trim() });
  });
  keepKeys(field);
  const row = element("div", "lab-row");
  row.append(select, field, open);
  form.append(why, row);
  return { form, ends: [forget, follow(model, "change:why", () => (why.textContent = model.get("why")))] };
}

function render({ model, el }) {
  el.classList.add("lab-head");
  const heading = element("div", "lab-heading");
  const title = element("h3", "lab-title");
  const subtitle = element("p", "lab-subtitle");
  const { form, ends } = chooser(model);
  form.hidden = true;

  const badge = button("lab-badge", "", () => {
    form.hidden = !form.hidden;
    draw();
  });
  const draw = () => {
    title.textContent = model.get("title");
    subtitle.textContent = model.get("subtitle");
    subtitle.hidden = !model.get("subtitle");
    badge.textContent = model.get("model_name");
    badge.hidden = !model.get("model_name");
    badge.title = `${model.get("why")} Click to change the ${model.get("noun")}.`;
    badge.setAttribute("aria-expanded", String(!form.hidden));
  };
  heading.append(title, badge);
  el.append(heading, subtitle, form);
  const watched = "change:title change:subtitle change:model_name change:why";
  ends.push(follow(model, watched, draw), nameSliders(el));
  return () => ends.forEach((end) => end());
}

export default withLateStart({ render });
