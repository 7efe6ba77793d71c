// The line over tabs: a button for each of the parts below it. The style sheet hides all but one.

import { button, follow, keepKeys } from "./dom.js";
import { withLateStart } from "./late_start.js";

/** Goes to the tab before or behind with the arrow keys, round at the ends. */
function steer(el, show) {
  el.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...el.children];
    const next = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
    show(next);
    buttons[next].focus();
  });
}

function render({ model, el }) {
  el.classList.add("lab-tab-line");
  el.setAttribute("role", "tablist");
  keepKeys(el);
  const show = (place) => {
    model.set("shown", place);
    model.save_changes();
  };
  steer(el, show);
  model.get("labels").forEach((label, place) => {
    const tab = button("lab-tab", label, () => show(place));
    tab.setAttribute("role", "tab");
    el.append(tab);
  });
  const draw = () => {
    const shown = model.get("shown");
    el.dataset.shown = shown;
    [...el.children].forEach((tab, place) => {
      tab.setAttribute("aria-selected", String(place === shown));
      tab.tabIndex = place === shown ? 0 : -1;
    });
  };
  return follow(model, "change:shown", draw);
}

export default withLateStart({ render });
