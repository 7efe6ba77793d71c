// Stands in for `lablib.attention.panel.steps`: one head from its queries and keys to its output.

import { HeadChoice } from "./head_choice.js";
import { bytesOf, pageTokens } from "./maps.js";
import { general, repr } from "./python.js";
import { StandIn } from "./stand_in.js";

const MOST_TOKENS = 64;

export class StepsStandIn extends StandIn {
  choosesModel = true;

  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this._place = new HeadChoice(this, "place", () => this.draw());
    this.offer((name) => this.readsText(name));
    this.on("text", "change:value", () => this.draw());
    for (const trait of ["use_scale", "use_mask", "temperature"]) this.on("view", `change:${trait}`, () => this.showCode());
  }

  draw() {
    const { layer, head } = this._place;
    return this.work("vectors", { text: this.get("text", "value"), layer, head, limit: MOST_TOKENS }, (found) => this._show(found));
  }

  /** Hands the head's vectors to the view, which computes the stages itself. */
  _show({ note, tokens, layers, heads, size, causal, inputs, query, key, value }) {
    this._place.fit({ layers, heads });
    this.set("text", { note });
    const shown = pageTokens(tokens, this.names);
    if (causal !== this.get("view", "causal")) this.set("view", { causal, use_mask: causal });
    this.set("view", {
      q: bytesOf(query), k: bytesOf(key), v: bytesOf(value), x: bytesOf(inputs), bias: new Uint8Array(0),
      shape: [tokens.length, tokens.length, size, size],
      scale: size ** -0.5,
      query_tokens: shown,
      key_tokens: shown,
    });
  }

  codeLines() {
    const bool = (/** @type {string} */ trait) => (this.get("view", trait) ? "True" : "False");
    const settings = `masked=${bool("use_mask")}, scale=${bool("use_scale")}`;
    return (
      `text = ${repr(this.get("text", "value"))}\n` +
      `reading = at.read(m, text, limit=${MOST_TOKENS})\n` +
      `vectors = at.vectors(m, reading, layer=${this._place.layer})\n` +
      `result = vectors.steps(${settings}, temperature=${general(this.get("view", "temperature"), 6)})\n` +
      `result.weights[${this._place.head}]`
    );
  }
}
