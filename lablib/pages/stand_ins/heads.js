// Stands in for `lablib.attention.panel.heads`: all heads on a map, and the one that is open.

import { bytesOf, openHead, showMaps, top, valuesOf } from "./maps.js";
import { repr } from "./python.js";
import { StandIn } from "./stand_in.js";

const CALLS = { random_induction: "at.induction_scores(m)", change: "at.change(m)" };

export class HeadsStandIn extends StandIn {
  choosesModel = true;

  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this.offer((name) => this.readsText(name));
    this._keepKnownMetrics();
    this.on("text", "change:value", () => this.draw());
    this.on("map", "change:opened", () => openHead(this));
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
    const values = valuesOf(this);
    const known = Object.keys(CALLS).filter((name) => values[name].some(Number.isFinite));
    /** @type {Record<string, Float32Array>} those that do not depend on the text, of the page's own model */
    this._ofModel = Object.fromEntries(known.map((name) => [name, values[name]]));
    this._measured = this.model;
    const kept = all.filter(({ name }) => !(name in CALLS) || name in this._ofModel);
    this.set("map", { values: bytesOf(kept.flatMap(({ name }) => [...values[name]])), metrics: kept });
  }

  draw() {
    return this.work("heads", { text: this.get("text", "value") }, (found) => this._show(found));
  }

  _show(found) {
    this.set("text", { note: found.note });
    showMaps(this, found);
    this._showMetrics(found);
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
