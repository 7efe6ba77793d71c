// Stands in for `lablib.attention.panel.ablation`: heads are muted on the map, and what the model then says.

import { visible } from "./chips.js";
import { bytesOf, headsCode, mutedHeads, openHead, showMaps, top, valuesOf } from "./maps.js";
import { percent, repr } from "./python.js";
import { StandIn } from "./stand_in.js";
import { table } from "./tables.js";

const EFFECTS = ["divergence", "loss_change"];
const PATTERNS = ["previous_token", "next_token", "same_token", "induction"];
const NO_PATTERN = "No head of this model gives half of its attention to one kind of place here.";

export class MutingStandIn extends StandIn {
  choosesModel = true;

  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    const known = valuesOf(this);
    /** @type {Record<string, Float32Array>} */
    this._metrics = known;
    /** @type {Record<string, Float32Array> | null} what muting each head alone does; null where it is not known */
    this._effects = known.divergence.some(Number.isFinite) ? { divergence: known.divergence, loss_change: known.loss_change } : null;
    this.offer((name) => this.readsText(name));
    this.on("text", "change:value", () => this.draw());
    this.on("map", "change:muted", () => this.draw());
    this.on("map", "change:opened", () => openHead(this));
    this.on("sweep", "sent", () => this.drawAndSweep());
    this.on("idle_button", "sent", () => this._showIdle());
  }

  modelChanged() {
    this.set("map", { muted: [] });
    this._effects = null;
    this.drawAndSweep();
  }

  draw() {
    return this._work(false);
  }

  /** Mutes each head in turn as well. */
  async drawAndSweep() {
    if (await this._work(true)) this._findIdle();
  }

  /** @param {boolean} sweep */
  _work(sweep) {
    const what = { text: this.get("text", "value"), muted: mutedHeads(this), sweep };
    return this.work("mute", what, (part) => (part.effects ? this._showEffects(part) : this._show(part)));
  }

  _show(found) {
    if (showMaps(this, found)) this._forgetEffects();
    this._metrics = found.metrics;
    this._colour(found);
    this.set("text", { note: found.note });
    this.set("words", { value: mutedWords(mutedHeads(this).length, found) });
    this.set("table", { value: changesTable(found) });
  }

  _showEffects({ effects, done, total }) {
    this._effects = effects;
    this._colour(this._size);
    this.say({ share: done / total, text: `${done} of ${total} heads` });
  }

  /** Colours the map by the patterns and, as far as they are known, by the effects. */
  _colour({ layers, heads }) {
    this._size = { layers, heads };
    const unknown = new Float32Array(layers * heads).fill(NaN);
    const values = this.get("map", "metrics").map(({ name }) => (EFFECTS.includes(name) ? (this._effects?.[name] ?? unknown) : this._metrics[name]));
    const there = ([layer, head]) => layer < layers && head < heads;
    const opened = this.get("map", "opened");
    this.set("map", { size: [layers, heads], values: bytesOf(values.flatMap((each) => [...each])) });
    if (opened.length && !there(opened)) this.set("map", { opened: [] });
  }

  _forgetEffects() {
    this._effects = null;
    this.set("idle", { value: "" });
    this.set("idle_button", { display: "none" });
  }

  /** Says which head has a striking pattern and no effect. */
  _findIdle() {
    const idle = this._idle();
    const most = placeOf(top(this._effects.divergence), this.get("map", "size"));
    if (!this.get("map", "opened").length) this.set("map", { opened: idle?.place ?? most });
    this.set("idle", { value: idle ? idleWords(idle, this.get("map", "metrics")) : NO_PATTERN });
    this.set("idle_button", { display: idle ? "" : "none" });
  }

  /** Of the heads with a clear pattern the one whose muting moved the prediction least; null for none. */
  _idle() {
    const moved = this._effects.divergence;
    const found = Array.from(moved, (bits, n) => {
      const strengths = PATTERNS.map((name) => this._metrics[name][n] || 0);
      const strength = Math.max(...strengths);
      return { place: placeOf(n, this.get("map", "size")), bits, strength, pattern: PATTERNS[strengths.indexOf(strength)], most: Math.max(...moved) };
    }).filter(({ strength }) => strength >= 0.5);
    return found.reduce((least, one) => (least && least.bits <= one.bits ? least : one), null);
  }

  _showIdle() {
    const idle = this._effects && this._idle();
    if (!idle) return;
    this.set("map", { opened: idle.place });
    this.set("map", { muted: [idle.place] });
  }

  codeLines() {
    return `text = ${repr(this.get("text", "value"))}\nresult = at.ablate(m, text, heads=${headsCode(mutedHeads(this))})\nresult.changes, result.loss_change`;
  }
}

/**
 * A head's place from its number.
 * @returns {[number, number]}
 */
function placeOf(n, [, heads]) {
  return [Math.floor(n / heads), n % heads];
}

/** What muting changed, in a sentence or two. */
function mutedWords(count, { divergence, lossBefore, lossAfter }) {
  if (!count) return "No head is muted. Click heads in the map to mute them.";
  const many = count === 1 ? "1 head" : `${count} heads`;
  const loss = Number.isNaN(lossBefore)
    ? ""
    : ` On the whole text the loss goes from ${lossBefore.toFixed(3)} to ${lossAfter.toFixed(3)} bits per token.`;
  return `With ${many} muted, the prediction moves by ${divergence.toFixed(3)} bits.${loss}`;
}

/** The probabilities before and after muting. */
function changesTable({ changes, last }) {
  const columns = {
    Token: "what the model could say here",
    "all heads": "its probability with all heads",
    muted: "its probability with the chosen heads muted",
    "change (points)": "in percentage points, of the numbers beside it",
  };
  const rows = changes.map(({ text, before, after }) => [visible(text), percent(before), percent(after), points(before, after)]);
  return table(last ? "What could come next" : "What could be there", columns, rows);
}

/** The change of a share in percentage points, as far as the shares are written out. */
function points(before, after) {
  const change = Number((100 * after).toFixed(1)) - Number((100 * before).toFixed(1));
  return (Math.round(10 * change) / 10 + 0).toFixed(1).replace("-", "\u2212"); // not minus zero
}

/** A head with a striking pattern, and whether muting it has an effect, in a few sentences. */
function idleWords({ place: [layer, head], bits, strength, pattern, most }, metrics) {
  const { label } = metrics.find(({ name }) => name === pattern);
  const matters = bits > most / 5 ? "This one matters after all." : "So it hardly matters here.";
  return (
    `Layer ${layer}, head ${head} has a striking pattern: it scores ${percent(strength, 0)} for ${label.toLowerCase()}. ` +
    `Muting it moves the prediction by ${bits.toFixed(3)} bits; the head that matters most moves it by ${most.toFixed(3)}. ${matters}`
  );
}
