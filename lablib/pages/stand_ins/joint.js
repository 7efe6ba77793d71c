// Stands in for `lablib.masking.panel.joint`: four ways to fill several gaps, side by side.

import { visible } from "./chips.js";
import { MaskedInput } from "./masked_input.js";
import { probability as percent, repr, times } from "./python.js";
import { StandIn } from "./stand_in.js";
import { table } from "./tables.js";

const ORDERS = [
  { name: "independent", title: "Independent", note: "All at once: no guess knows of another." },
  { name: "left to right", title: "Left to right", note: "Each guess knows those before it." },
  { name: "most certain first", title: "Most certain first", note: "The surest gap first, then the text is read again." },
];

export class JointStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this._input = new MaskedInput(this, () => this.draw());
    this._found = this.data.found;
    this.on("k", "change:value", () => this.draw());
    this.on("view", "sent", ({ pick }) => pick && this._put(...pick));
  }

  draw() {
    return this.work("joint", { text: this._input.text, count: this.get("k", "value") }, (part) => {
      if (part.read) this._input.show(part);
      else this._show(part);
    });
  }

  _show(found) {
    this._found = found;
    this.set("view", { columns: columns(found) });
    this.set("words", { value: clashWords(found) });
    this.set("table", { value: jointTable(found) });
  }

  clear() {
    this._found = null;
    this.set("view", { columns: [] });
    for (const part of ["words", "table"]) this.set(part, { value: "" });
  }

  _put(column, row) {
    const filling = column < ORDERS.length ? this._found?.orders[column] : this._found?.fillings[row];
    if (filling) this._input.putGuesses(filling.pieces);
  }

  codeLines() {
    return (
      `text = ${repr(this._input.text)}\n` +
      `orders, joint = mk.compare_orders(m, text, k=${this.get("k", "value")})\n` +
      "alone = {order: filling.pieces for order, filling in orders.items()}\n" +
      "alone, [(filling.pieces, filling.probability) for filling in joint.top()]"
    );
  }
}

/** A column for each way to fill the masks, all with the joint probability. */
function columns({ orders, fillings, exact }) {
  const sure = exact ? "Nothing better can have been missed." : "Others may be better still.";
  const ways = ORDERS.map(({ name, title, note }, i) => ({ title, note, rows: [fillingRow(orders[i], name)] }));
  const best = fillings.map((filling, place) => fillingRow(filling, `combination ${place + 1}`));
  return [...ways, { title: "Joint", note: `The best of all combinations. ${sure}`, rows: best }];
}

function fillingRow({ pieces, logProbability }, note) {
  const words = pieces.join(" … ");
  const value = Math.exp(logProbability);
  return { text: visible(words).replaceAll("␣", " "), spoken: words, value, number: percent(value), note };
}

/** What each way promised and what its words are worth together. */
function jointTable({ orders, fillings }) {
  const columns = {
    Way: "how the gaps were filled",
    words: "in the order of the text",
    promised: "the product of the probabilities as each guess saw them",
    together: "the joint probability, from left to right",
  };
  const all = [...orders.map((filling, i) => ({ title: ORDERS[i].title, filling })), { title: "Joint", filling: fillings[0] }];
  const rows = all.map(({ title, filling }) => {
    const claimed = Math.exp(filling.seen.reduce((total, value) => total + value, 0));
    return [title, filling.pieces.join(" … "), percent(claimed), percent(Math.exp(filling.logProbability))];
  });
  return table("What the guesses promise, and what they are worth together", columns, rows);
}

/** Whether independent guesses clash, in a sentence. */
function clashWords({ orders: [alone], fillings: [best] }) {
  if (alone.ids.length === 1) return "With one gap all ways are the same: hide a second word.";
  if (`${alone.ids}` === `${best.ids}`) return "Here the independent guesses happen to fit: they are the best combination too.";
  const gain = times(Math.exp(Math.min(Math.abs(best.logProbability - alone.logProbability), 50)));
  return (
    `“${best.pieces.join(" … ")}” is ${gain} as probable together as the independent “${alone.pieces.join(" … ")}”: each of those ` +
    "guesses was made without the other."
  );
}
