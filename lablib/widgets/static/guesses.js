// Guesses in columns: what may stand in a gap, each with its probability, to be clicked.

import { button, element, follow } from "./dom.js";
import { withLateStart } from "./late_start.js";

/** One guess: a button with a bar as long as its share of the column's longest. */
function guessButton(row, longest, pick) {
  const guess = button("lab-guess", "", pick);
  const bar = element("span", "lab-guess-bar");
  bar.style.width = `${longest > 0 ? (100 * row.value) / longest : 0}%`;
  guess.append(bar, element("bdi", "lab-guess-text", row.text), element("span", "lab-guess-number", row.number));
  guess.setAttribute("aria-label", [row.spoken || row.text, row.number, row.note].filter(Boolean).join(", "));
  guess.title = row.note ?? "";
  guess.classList.toggle("lab-guess-marked", Boolean(row.mark));
  return guess;
}

/** A column: its title, a line of explanation, and its guesses as a list. */
function guessColumn(column, number, send) {
  const box = element("section", "lab-guess-column");
  const title = element("h4", "lab-guess-title", column.title);
  const list = element("ol", "lab-guess-list");
  const longest = Math.max(...column.rows.map((row) => row.value), 0);
  column.rows.forEach((row, place) => {
    const item = element("li");
    item.append(guessButton(row, longest, () => send({ pick: [number, place] })));
    list.append(item);
  });
  box.append(title);
  if (column.note) box.append(element("p", "lab-guess-note", column.note));
  box.append(list);
  return box;
}

function render({ model, el }) {
  el.classList.add("lab-guesses");
  el.setAttribute("role", "group");
  const draw = () => {
    const focused = [...el.querySelectorAll("button")].indexOf(document.activeElement);
    el.setAttribute("aria-label", model.get("label"));
    el.replaceChildren(...model.get("columns").map((column, i) => guessColumn(column, i, (m) => model.send(m))));
    if (focused >= 0) el.querySelectorAll("button")[focused]?.focus();
  };
  return follow(model, "change:columns change:label", draw);
}

export default withLateStart({ render });
