// What is read and what is asked for, a column a place, with a line from each token to where it is
// asked for. Texts arrive made visible by Python and are only ever set as textContent.

import { element, keepKeys, write } from "../../widgets/static/dom.js";
import { withLateStart } from "../../widgets/static/late_start.js";

const WIDTH = 80; // of a column, as in shift.css
const HEIGHT = 40; // of the lines between the two rows

function svg(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  return node;
}

/** One cell; a text that does not fit is whole in its title. */
function shiftCell(text, className) {
  const cell = element("td", className);
  cell.append(element("bdi", "", text || "–"));
  cell.title = text;
  return cell;
}

/** The lines from the tokens above to the places below that ask for them. */
function lines(columns, label_shift) {
  const picture = svg("svg", { width: columns.length * WIDTH, height: HEIGHT, "aria-hidden": "true" });
  columns.forEach(({ asked }, i) => {
    if (!asked || i + label_shift >= columns.length) return;
    const [from, to] = [(i + label_shift + 0.5) * WIDTH, (i + 0.5) * WIDTH];
    picture.append(svg("line", { x1: from, y1: 2, x2: to, y2: HEIGHT - 2, "data-place": i }));
  });
  return picture;
}

function row(name, cells) {
  const line = element("tr");
  const head = element("th", "", name);
  head.scope = "row";
  line.append(head, ...cells);
  return line;
}

/** What a column says, in a sentence. */
export function shiftSentence(columns, place) {
  const { asked, spoken_reads, reads, spoken_asked, loss } = columns[place];
  const read = place ? `“${spoken_reads || reads}” and the ${place} before it` : `“${spoken_reads || reads}”`;
  if (!asked) return `Place ${place + 1}: it reads ${read}, and is asked for nothing.`;
  const cost = loss ? ` Its loss there is ${loss} nats.` : "";
  return `Place ${place + 1}: it reads ${read}, and is asked for “${spoken_asked || asked}”.${cost}`;
}

class ShiftTable {
  constructor(model, el) {
    this.model = model;
    this.scroller = element("div", "lab-shift-scroller");
    this.scroller.tabIndex = 0;
    this.words = element("p", "lab-shift-words");
    this.words.setAttribute("aria-live", "polite");
    el.classList.add("lab-shift");
    el.append(this.scroller, this.words);
    keepKeys(this.scroller);
    this.scroller.addEventListener("keydown", (event) => this.onKey(event));
    this.scroller.addEventListener("click", (event) => this.onPoint(event));
    this.draw();
  }

  draw() {
    const [columns, label_shift] = [this.model.get("columns"), this.model.get("label_shift")];
    this.scroller.setAttribute("aria-label", this.model.get("label"));
    const table = element("table");
    const between = element("td", "lab-shift-lines");
    between.colSpan = Math.max(columns.length, 1);
    between.append(lines(columns, label_shift));
    table.append(
      row("reads", columns.map(({ reads }) => shiftCell(reads, "lab-shift-token"))),
      row("", [between]),
      row("is asked for", columns.map(({ asked }) => shiftCell(asked, "lab-shift-token"))),
    );
    if (columns.some(({ loss }) => loss)) table.append(row("loss (nats)", columns.map(({ loss }) => shiftCell(loss, ""))));
    this.scroller.replaceChildren(table);
    this.mark();
  }

  /** Show which column is chosen: all it reads, what it is asked for, and the line between. */
  mark() {
    const columns = this.model.get("columns");
    if (!columns.length) return write(this.words, "");
    const place = Math.min(this.model.get("current"), columns.length - 1);
    const [read, , asked] = this.scroller.querySelectorAll("tr");
    [...read.children].slice(1).forEach((cell, i) => cell.classList.toggle("lab-shift-read", i <= place));
    [...asked.children].slice(1).forEach((cell, i) => cell.classList.toggle("lab-shift-asked", i === place));
    for (const line of this.scroller.querySelectorAll("line")) line.classList.toggle("lab-shift-on", line.dataset.place === `${place}`);
    write(this.words, shiftSentence(columns, place));
    this.keepInSight(place);
  }

  keepInSight(place) {
    const cell = this.scroller.querySelector("tr").children[place + 1];
    const head = cell.parentNode.firstChild.offsetWidth;
    const [left, right] = [cell.offsetLeft - head, cell.offsetLeft + 2 * WIDTH];
    const { scrollLeft, clientWidth } = this.scroller;
    if (left < scrollLeft) this.scroller.scrollLeft = left;
    else if (right > scrollLeft + clientWidth) this.scroller.scrollLeft = right - clientWidth;
  }

  choose(place) {
    const last = this.model.get("columns").length - 1;
    this.model.set("current", Math.max(0, Math.min(place, last)));
    this.model.save_changes();
  }

  onKey(event) {
    const current = this.model.get("current");
    const places = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: Infinity };
    if (!(event.key in places)) return;
    event.preventDefault();
    this.choose(places[event.key]);
  }

  onPoint(event) {
    const cell = event.target.closest("td:not(.lab-shift-lines)");
    if (cell) this.choose(cell.cellIndex - 1);
  }
}

function render({ model, el }) {
  const table = new ShiftTable(model, el);
  const [draw, mark] = [() => table.draw(), () => table.mark()];
  model.on("change:columns change:label_shift change:label", draw);
  model.on("change:current", mark);
  return () => {
    model.off("change:columns change:label_shift change:label", draw);
    model.off("change:current", mark);
  };
}

export default withLateStart({ render });
