// The line over a fold: a button that opens and closes what stands below it. The style sheet hides it.

import { button, follow, write } from "./dom.js";
import { withLateStart } from "./late_start.js";

function render({ model, el }) {
  el.classList.add("lab-fold-line");
  const opener = button("lab-fold-button", "", () => {
    model.set("is_open", !model.get("is_open"));
    model.save_changes();
  });
  el.append(opener);
  const draw = () => {
    const open = model.get("is_open");
    write(opener, model.get("label"));
    opener.setAttribute("aria-expanded", String(open));
    el.classList.toggle("is-open", open);
  };
  return follow(model, "change:is_open change:label", draw);
}

export default withLateStart({ render });
