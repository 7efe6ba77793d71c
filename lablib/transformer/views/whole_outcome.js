// What the model says: the likeliest tokens with all its parts and without those switched off.

import { button } from "../../attention/views/controls.js";
import { percentText } from "../../attention/views/words.js";
import { element, write } from "../../widgets/static/dom.js";

/** What is switched off, in words; "" if nothing is. */
export function offText([parts, blocks]) {
  const named = [...parts, ...blocks.map((block) => `block ${block}`)];
  return named.length ? `without ${named.join(", ")}` : "";
}

function bar(share, name, kind) {
  const row = element("span", "whole-bar");
  const fill = element("span", `whole-fill ${kind}`);
  fill.style.width = `${100 * share}%`;
  row.append(fill, element("span", "whole-percent", name));
  return row;
}

/** One token: its probability in the whole model, and below it without the parts. */
function tokenRow([text, before, after], most, changed) {
  const row = element("li", "whole-token");
  const bars = element("span", "whole-bars");
  bars.append(bar(before / most, percentText(before), changed ? "is-before" : "is-now"));
  if (changed) bars.append(bar(after / most, percentText(after), "is-now"));
  row.append(element("bdi", "whole-word", text), bars);
  const now = changed ? `, without the parts ${percentText(after)}` : "";
  row.setAttribute("aria-label", `${text}: ${percentText(before)}${now}`);
  return row;
}

export function outcomePicture(reset) {
  const node = element("section", "whole-outcome");
  const title = element("h4", "whole-heading");
  const list = element("ol", "whole-tokens");
  const loss = element("p", "whole-loss");
  loss.setAttribute("role", "status");
  const off = element("p", "whole-off");
  const all = button("Everything on", reset);
  node.append(title, list, loss, off, all);
  const draw = ({ rows, loss: words, asked, off: switched, waiting }) => {
    const changed = switched.some((part) => part.length > 0);
    const most = Math.max(...rows.map(([, before, after]) => Math.max(before, changed ? after : 0)), 1e-9);
    write(title, asked);
    list.replaceChildren(...rows.map((row) => tokenRow(row, most, changed && !waiting)));
    write(loss, words);
    write(off, changed ? `Outlined: the whole model. Filled: ${offText(switched)}.` : "Untick a part to leave it out, in every block.");
    all.disabled = !changed;
    node.classList.toggle("is-waiting", waiting);
  };
  return { node, draw };
}
