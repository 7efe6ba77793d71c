// Stands in for `lablib.attention.panel.heads`: all heads on a map, and the one that is open.

import { spoken, visible } from "./chips.js";
import { repr } from "./python.js";
import { StandIn } from "./stand_in.js";

const CALLS = { random_induction: "at.induction_scores(m)", change: "at.change(m)" };

export class HeadsStandIn extends StandIn {
  choosesModel = true;

  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this.offer((name) => Boolean(this.carried[name]?.kind));
    this._keepKnownMetrics();
    this.on("text", "change:value", () => this.draw());
    this.on("map", "change:opened", () => this._openHead(this.get("map", "opened")));
    this.on("map", "change:metric", () => this.showCode());
    for (const trait of ["layer", "heads"]) this.on("view", `change:${trait}`, () => this.showCode());
  }

  get asleep() {
    return ["button", "texts"];
  }

  get greyed() {
    return "What is measured on random words or on several texts, and other models, need a kernel: open the lab in JupyterLab.";
  }

  /** Leaves out the metrics that are made of other texts, unless they were known when the page was made. */
  _keepKnownMetrics() {
    const all = this.get("map", "metrics");
    const values = new Float32Array(this.get("map", "values").slice().buffer);
    const size = values.length / all.length;
    const of = (/** @type {number} */ i) => values.subarray(i * size, (i + 1) * size);
    /** @type {Record<string, Float32Array>} those that do not depend on the text, of the page's own model */
    this._ofModel = Object.fromEntries(all.map(({ name }, i) => [name, of(i)]).filter(([name, known]) => name in CALLS && known.some(Number.isFinite)));
    this._measured = this.model;
    const kept = all.filter(({ name }) => !(name in CALLS) || name in this._ofModel);
    this.set("map", { values: bytesOf(all.flatMap(({ name }, i) => (kept.some((one) => one.name === name) ? [...of(i)] : []))), metrics: kept });
  }

  draw() {
    return this.work("heads", { text: this.get("text", "value") }, (found) => this._show(found));
  }

  _show(found) {
    this.set("text", { note: found.note });
    this._showWeights(found);
    this._showMetrics(found);
  }

  /** Puts the weights of all layers into the view; layer, heads and switches stay where they can. */
  _showWeights({ tokens, layers, heads, causal, weights }) {
    const count = tokens.length;
    const shown = tokens.map(({ text }) => ({ text: visible(text), spoken: spoken(text, this.names), type: 0 }));
    const before = this.get("view", "query_tokens");
    if (JSON.stringify(before) !== JSON.stringify(shown)) {
      this.set("view", {
        step: 0, zoom: null, chosen: {}, query_tokens: shown, key_tokens: shown, pair: "all",
        sinks: tokens.flatMap(({ special }, i) => (special || (i === 0 && causal) ? [i] : [])),
      });
    }
    const every = Array.from({ length: layers }, (_, layer) => layer);
    const kept = this.get("view", "heads").filter((head) => head < heads);
    this.set("view", {
      written_from: 0,
      layers: every,
      heads: kept.length ? kept : [0],
      layer: Math.min(this.get("view", "layer"), layers - 1),
      size: [heads, count, count],
      sent: every,
      weights,
      version: this.get("view", "version") + 1,
    });
  }

  /** Colours the map, and opens the head with the most of its metric if none is open. */
  _showMetrics({ layers, heads, metrics }) {
    const unknown = new Float32Array(layers * heads).fill(NaN);
    const known = { ...metrics, ...(this._measured === this.model ? this._ofModel : {}) };
    const offered = this.get("map", "metrics").map(({ name }) => known[name] ?? unknown);
    const there = ([layer, head]) => layer < layers && head < heads;
    const opened = this.get("map", "opened");
    this.set("map", { size: [layers, heads], values: bytesOf(offered.flatMap((values) => [...values])) });
    if (opened.length && there(opened)) return;
    const best = top(known[this.get("map", "metric")] ?? unknown);
    this.set("map", { opened: best < 0 ? [] : [Math.floor(best / heads), best % heads] });
  }

  _openHead([layer, head]) {
    if (head !== undefined) this.set("view", { layer, heads: [head] });
  }

  codeLines() {
    const metric = this.get("map", "metric");
    const heads = this.get("view", "heads").join(", ");
    return (
      `text = ${repr(this.get("text", "value"))}\nmaps = at.maps(m, text)\n` +
      `metric = ${CALLS[metric] ?? `at.head_metrics(maps).${metric}`}\n` +
      `metric, maps.weights[${this.get("view", "layer")}, [${heads}]]`
    );
  }
}

/** Numbers as the bytes of 32-bit floats. */
function bytesOf(numbers) {
  return new Uint8Array(Float32Array.from(numbers).buffer);
}

/** Where the largest number stands; -1 where there is none. */
function top(values) {
  return values.reduce((best, value, i) => (Number.isFinite(value) && (best < 0 || value > values[best]) ? i : best), -1);
}
