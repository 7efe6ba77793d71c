// The line over a fold: a button that opens and closes what stands below it. The style sheet hides it.

import { element, write } from "./dom.js";
import { withLateStart } from "./late_start.js";

function render({ model, el }) {
  el.classList.add("lab-fold-line");
  const button = element("button", "lab-fold-button");
  button.type = "button";
  button.addEventListener("click", () => {
    model.set("is_open", !model.get("is_open"));
    model.save_changes();
  });
  el.append(button);
  const draw = () => {
    const open = model.get("is_open");
    write(button, model.get("label"));
    button.setAttribute("aria-expanded", String(open));
    el.classList.toggle("is-open", open);
  };
  const watched = "change:is_open change:label";
  model.on(watched, draw);
  draw();
  return () => model.off(watched, draw);
}

export default withLateStart({ render });
