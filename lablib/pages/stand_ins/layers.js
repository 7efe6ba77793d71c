// Stands in for `lablib.attention.panel.layers`: what the model would say after each layer, and rollout.

import { visible } from "./chips.js";
import { showMaps } from "./maps.js";
import { percent, repr } from "./python.js";
import { StandIn } from "./stand_in.js";

const LENS = 0;
const PLACES = 10; // a grid has room for
const ABOUT = [
  "Which token the model would predict if it stopped after a layer.",
  "How much of each token can have reached each place, layer by layer. Half of each layer's result comes past the heads; " +
    "all heads count alike.",
];

export class LayersStandIn extends StandIn {
  choosesModel = true;

  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this.offer((name) => this.readsText(name));
    this.on("text", "change:value", () => this.draw());
    this.on("choose", "change:index", () => this.draw());
    this.on("view", "change:layer", () => this.showCode());
  }

  draw() {
    const view = this.get("choose", "index");
    this.set("about", { value: ABOUT[view] });
    for (const part of ["words", "table"]) this.set(part, { display: view === LENS ? "" : "none" });
    this.set("view", { display: view === LENS ? "none" : "" });
    const text = this.get("text", "value");
    if (view === LENS) return this.work("lens", { text, places: PLACES }, (found) => this._showLens(found));
    return this.work("rollout", { text }, (found) => {
      this.set("text", { note: found.note });
      showMaps(this, found);
    });
  }

  _showLens({ note, tokens, guesses }) {
    this.set("text", { note });
    this.set("words", { value: lensWords(guesses) });
    this.set("table", { value: lensTable(tokens, guesses) });
  }

  codeLines() {
    const text = `text = ${repr(this.get("text", "value"))}\n`;
    if (this.get("choose", "index") === LENS) return `${text}lens = at.logit_lens(m, text)\nlens.texts, lens.probabilities`;
    return `${text}reached = at.rollout(at.maps(m, text))\nreached[${this.get("view", "layer")}]`;
  }
}

/** From which layer on the model would say what it says in the end, at the last place. */
function lensWords(guesses) {
  const best = guesses.map((places) => places.at(-1)[0].text);
  const first = best.findLastIndex((text) => text !== best.at(-1)) + 1;
  const where = first === 0 ? "the token vectors alone" : `layer ${first - 1}`;
  return (
    `At the end of the text the model says ‘${visible(best.at(-1))}’. It would have said so from ${where} on. ` +
    `Before the first layer the lens reads ‘${visible(best[0])}’.`
  );
}

/** What the model would say after each layer, at each place; the surer, the darker. */
function lensTable(tokens, guesses) {
  const columns = ["after", ...tokens.map(({ text }) => visible(text))].map((text) => ({ text }));
  const rows = guesses.map((places, layer) => ({
    name: layer ? `layer ${layer - 1}` : "no layer",
    cells: places.map((candidates) => ({
      text: `${visible(candidates[0].text)}\n${percent(candidates[0].probability, 0)}`,
      strength: candidates[0].probability,
      title: candidates.map(({ text, probability }) => `${visible(text)} ${percent(probability)}`).join(", "),
    })),
  }));
  return { table: { kind: "grid", caption: "The likeliest token after each layer, at each place of the text", columns, rows } };
}
