// Stands in for `lablib.seq2seq.panel.forcing`: each token's loss after right words and after own ones, and
// what follows a wrong token.

import { tokenName } from "./chips.js";
import { escaped, redraw } from "./plots.js";
import { figure, percent, repr } from "./python.js";
import { StandIn } from "./stand_in.js";
import { table } from "./tables.js";

export class ForcingStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this._place = -1;
    for (const part of ["text", "target", "wrong"]) this.on(part, "change:value", () => this.draw());
  }

  draw() {
    const [text, target, wrong] = ["text", "target", "wrong"].map((part) => this.get(part, "value"));
    return this.work("forcing", { text, target, wrong }, (part) => (part.slip ? this._showSlip(part.slip) : this._show(part)));
  }

  _show(found) {
    this.set("text", { note: found.note });
    const places = [...found.target.keys()];
    const layout = { "xaxis.tickvals": places, "xaxis.ticktext": found.target.map((text) => escaped(tokenName(text))) };
    redraw(this, "plot", { x: [places, places], y: [found.forced, found.free] }, layout);
    this.set("words", { value: forcingWords(found) });
  }

  _showSlip(found) {
    this._place = found.place;
    this.set("table", { value: slipTable(found) });
    this.set("slipped", { value: slipWords(found) });
  }

  clear() {
    this._place = -1;
    for (const part of ["words", "table", "slipped"]) this.set(part, { value: "" });
  }

  codeLines() {
    if (this._place < 0) return "";
    return (
      `text = ${repr(this.get("text", "value"))}\n` +
      `found = ss.teacher_forcing(m, text, ${repr(this.get("target", "value"))})\n` +
      `wrong = ss.slip(m, text, place=${this._place})\n` +
      "found.forced, found.free, wrong.after.text"
    );
  }
}

/** Both losses, and where the model leaves the right answer. */
function forcingWords({ target, own, forced, free }) {
  const where = target.findIndex((text, place) => text !== own.tokens[place]);
  if (where < 0) return `It writes “${own.text}”, which is the right answer: both losses are the same.`;
  const both = [...free.keys()].filter((place) => Number.isFinite(free[place]));
  const mean = (losses) => figure(both.reduce((sum, place) => sum + losses[place], 0) / both.length);
  return (
    `It writes “${own.text}”. Up to token ${where + 1}, ‘${tokenName(target[where])}’, both losses are the same; there it leaves ` +
    `the right answer. Mean loss, after the right words and after its own: ${mean(forced)} and ${mean(free)} nats.`
  );
}

/** The text as the model would write it, and after the wrong token. */
function slipTable({ place, before, after }) {
  const columns = {
    text: "who chose the token",
    "it writes": "the whole text",
    "mean probability after it": "of the tokens after that place, by the model",
  };
  const sides = { "its own": before, "after the wrong token": after };
  const rows = Object.entries(sides).map(([name, { text, probabilities }]) => {
    const rest = probabilities.slice(place + 1);
    const mean = rest.length ? percent(rest.reduce((sum, p) => sum + p, 0) / rest.length) : "–";
    return [name, text, mean];
  });
  return table("One wrong token, and what follows", columns, rows, 2);
}

/** What was changed, and how much of the rest. */
function slipWords({ place, before, after }) {
  const [own, other] = [before, after].map(({ tokens }) => tokens.slice(place + 1));
  const isSame = own.length === other.length && own.every((text, i) => text === other[i]);
  return (
    `Token ${place + 1} was made ‘${tokenName(after.tokens[place])}’ in place of ‘${tokenName(before.tokens[place])}’: ` +
    `${isSame ? "the rest stays the same" : "the rest changes"}. The model cannot take the token back; it can only go on from it.`
  );
}
