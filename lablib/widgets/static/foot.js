// The foot of a panel: its state, a progress bar with a stop button, the switch for a projector, the
// error card, the code.

import { copier } from "./copying.js";
import { button, element, follow } from "./dom.js";
import { withLateStart } from "./late_start.js";
import { projector } from "./projector.js";

/** A fold whose body is a block of preformatted text. */
function fold(label, className) {
  const details = element("details", className);
  const body = element("pre", "lab-pre");
  details.append(element("summary", "", label), body);
  return { details, body };
}

const WORDS = { ready: "Ready", working: "Working", stale: "Stopped", failed: "Failed" };

/** Says that a page is there, and knows all widgets: only now may new ones hold old ones. */
function initialize({ model }) {
  model.send({ here: true });
}

function render({ model, el }) {
  el.classList.add("lab-foot");
  const line = element("div", "lab-status");
  const dot = element("span", "lab-dot");
  const state = element("span", "lab-state");
  const text = element("span", "lab-status-text");
  state.setAttribute("role", "status");
  const bar = element("progress", "lab-bar");
  bar.setAttribute("aria-label", "Progress");
  const stop = button("lab-button lab-stop", "Stop", () => model.send({ stop: true }));
  const projecting = projector(el);
  line.append(dot, state, bar, text, stop, projecting.button);

  const card = element("div", "lab-error");
  card.setAttribute("role", "alert");
  const message = element("p", "lab-error-message");
  const details = fold("Details", "lab-fold");
  card.append(message, details.details);

  const code = fold("Show the code", "lab-fold lab-code");
  const copying = copier(model);
  code.details.append(copying.node);
  el.append(line, card, code.details);

  const draw = () => {
    const now = model.get("state");
    el.dataset.state = now;
    state.textContent = WORDS[now];
    text.textContent = model.get("text");
    const share = model.get("share");
    // Work shorter than a blink shows neither bar nor button: CSS reveals them after a moment.
    bar.hidden = stop.hidden = now !== "working";
    if (share === null) bar.removeAttribute("value");
    else bar.value = share;
    card.hidden = now !== "failed";
    message.textContent = model.get("message");
    details.body.textContent = model.get("details");
    details.details.hidden = !model.get("details");
    code.body.textContent = model.get("code");
    code.details.hidden = !model.get("code");
  };
  const ends = [projecting.forget, copying.forget, follow(model, "change", draw)];
  return () => ends.forEach((end) => end());
}

export default withLateStart({ initialize, render });
