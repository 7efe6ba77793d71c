// Stands in for `lablib.sampling.panel.generation`: writing, looking into a token, branching.

import { surprisal } from "../engine/mirostat.js";
import { chip, visible } from "./chips.js";
import { knobsCode, mirostatCode } from "./knob_code.js";
import { KnobSliders } from "./knob_sliders.js";
import { figure, percent, powerOfTen, repr } from "./python.js";
import { StandIn } from "./stand_in.js";

const COLOURS = {
  probability: { min: 0, max: 1, palette: "viridis", unit: "", ends: ["0", "1"] },
  surprisal: { min: 12, max: 0, palette: "viridis", unit: "bits", ends: ["12", "0"] },
};

/** A step of the engine with what the panel adds: `cumulative` and its `position`. */
/** @typedef {any} Step */

export class WritingStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this._forget();
    this._prompt = null;
    this._sliders = new KnobSliders(this, "sliders");
    this.on("button", "sent", () => this.write());
    this.on("text", "change:value", () => this.markStale());
    this.on("colour", "change:index", () => this._show(this.shown));
    this.on("strip", "change:selected", () => this._look());
    this.on("tree", "change:picked", () => this._visit(this.get("tree", "picked")));
    for (let place = 0; this.parts[`alternatives.buttons.${place}`]; place++)
      this.on(`alternatives.buttons.${place}`, "sent", () => this._branch(place));
  }

  get asleep() {
    return [...super.asleep, "why.way", "why.strip", "why.words"];
  }

  get greyed() {
    return "Why a token was written, and other models, need a kernel: open the lab in JupyterLab.";
  }

  get steps() {
    return this.shown.map((node) => this.tree[node].step);
  }

  /**
   * Writes the text that stands there once more: what was likely at its places is not on the page. It is
   * there to be read meanwhile, from its beginning, and not taken away.
   */
  begin() {
    return this.write(true);
  }

  /** Writes a text from the prompt on. */
  write(whole = false) {
    return this._continue([], null, `prompt = ${repr(this.get("text", "value"))}\n`, whole);
  }

  /**
   * Writes on after a path, one chip at a time. `script` is the code that leads to the path.
   * @param {Step[]} path
   * @param {{ id: number, knobs: any } | null} chosen   put by hand after the path
   * @param {string} script
   * @param {boolean} whole   whether the strip gets the text only when it is whole
   */
  async _continue(path, chosen, script, whole = false) {
    const [text, count, seed] = ["text", "length", "seed"].map((part) => this.get(part, "value"));
    const { knobs, mirostat } = this._sliders;
    const what = { text, count, seed, knobs, mirostat, path: path.map(({ id }) => id), surprisals: path.map(surprisal), chosen };
    const fixed = path.length + (chosen ? 1 : 0);
    let cumulative = path.at(-1)?.cumulative ?? 0;
    let perSecond = null;
    const onPart = (part) => {
      if (part.prompt) return this._begin(part, path, whole);
      cumulative += part.logProbability;
      this._add({ ...part, cumulative, position: this.shown.length }, whole);
      perSecond = part.perSecond ?? perSecond;
      const total = Math.max(count - fixed, 1);
      const done = this.shown.length - fixed;
      this.say({ share: done / total, text: `${done} of ${total} tokens${speed(perSecond)}` });
    };
    const done = await this.work("write", what, onPart);
    if (whole) this._show(this.shown, [...this.get("strip", "selected")]);
    if (this.shown.length) {
      const how = `${knobsCode(knobs)}, seed=${seed}${mirostatCode(mirostat)}`;
      const writing = writingCode(how, this.shown.length - fixed, fixed > 0);
      this._scripts.set(this.shown.at(-1), script + writing);
      this.showCode();
    }
    this._drawTree();
    if (done) this.say({ text: this.get("foot", "text") + speed(perSecond) });
  }

  /** A new prompt begins a new tree; then the path stands in the strip. */
  _begin({ prompt, note }, path, whole) {
    const key = `${prompt.map(({ id }) => id)}`;
    if (key !== this._key) {
      this._forget();
      this.set("text", { note });
    }
    [this._key, this._prompt] = [key, prompt];
    const nodes = [];
    for (const step of path) nodes.push(this._node(step, nodes.at(-1) ?? null));
    if (whole) this.shown = nodes;
    else this._show(nodes);
  }

  _forget() {
    /** @type {{ step: Step, parent: number | null }[]} */
    this.tree = [];
    /** @type {number[]} */
    this.shown = [];
    /** @type {Map<number, string>} */
    this._scripts = new Map();
    this._key = null;
  }

  /** The node of a step after a parent: a new one, or the one that is there, with the newest step. */
  _node(step, parent) {
    const there = this.tree.findIndex((node) => node.parent === parent && node.step.id === step.id);
    if (there < 0) return this.tree.push({ step, parent }) - 1;
    this.tree[there] = { step, parent };
    return there;
  }

  _add(step, whole) {
    this.shown = [...this.shown, this._node(step, this.shown.at(-1) ?? null)];
    if (!whole) this.parts.strip.receive({ at: this.get("strip", "tokens").length, append: [this._chip(step)] });
  }

  /** Puts another token in the place of the selected one, and writes on from there. */
  _branch(button) {
    const place = this._place();
    const step = this.steps[place];
    const id = step.alternatives[button].id;
    const script = `${this._script()}path = [*steps[:${place}], sp.choose(m, steps[${place}], ${id})]\n`;
    this._continue(this.steps.slice(0, place), { id, knobs: step.knobs }, script);
  }

  /** Shows the text that goes through a node of the tree, and on along the first-written steps. */
  _visit(node) {
    if (node === null || this.get("foot", "state") === "working") return;
    const nodes = [];
    for (let at = node; at !== null; at = this.tree[at].parent) nodes.unshift(at);
    for (let at = node; (at = this.tree.findIndex(({ parent }) => parent === at)) >= 0; ) nodes.push(at);
    this._show(nodes);
    this._drawTree();
    this.showCode();
  }

  /** Which step is selected; -1 for none, or for a token of the prompt. */
  _place() {
    const [selected = -1] = this.get("strip", "selected");
    return Math.max(selected - (this._prompt?.length ?? 0), -1);
  }

  /** What else was likely at the place that is selected, a button for each. */
  _look() {
    const step = this.steps[this._place()];
    const words = step
      ? "Likely here by the model alone, before the knobs; press one to go on from it:"
      : "Choose a token of the text to see what else was likely there.";
    this.set("alternatives.words", { value: words });
    for (let place = 0; this.parts[`alternatives.buttons.${place}`]; place++) {
      const other = step?.alternatives[place];
      this.set(`alternatives.buttons.${place}`, other
        ? { description: `${visible(other.text)}  ${percent(other.probability)}`, disabled: other.id === step.id, display: "" }
        : { display: "none" });
    }
  }

  /** Puts the prompt and the steps of these nodes into the strip. */
  _show(nodes, selected = []) {
    if (!this._prompt) return;
    this.shown = nodes;
    const colour = this._colour();
    this.set("strip", {
      selected,
      scale: COLOURS[colour],
      value_label: colour,
      tokens: [...this._prompt.map((entry) => chip(entry, this.names, { mark: "prompt" })), ...this.steps.map((step) => this._chip(step))],
    });
  }

  /** @returns {keyof typeof COLOURS} */
  _colour() {
    return this.get("colour", "_options_labels")[this.get("colour", "index")];
  }

  _chip(step) {
    const value = this._colour() === "probability" ? Math.exp(step.logProbability) : surprisal(step);
    const words = `cumulative log-probability ${step.cumulative.toFixed(2)} nats; drawn at ${percent(step.probability)}`;
    return chip(step.entry, this.names, { value, note: [words, limitWords(step), step.end].filter(Boolean).join("; ") });
  }

  /** All branches, the one in the strip marked, and how probable that one is. */
  _drawTree() {
    this.set("words", { value: storyWords(this.steps) });
    const path = new Set(this.shown);
    const nodes = this.tree.map(({ step, parent }, id) => ({
      id,
      parent,
      text: visible(step.added),
      value: Math.exp(step.logProbability),
      cumulative: step.cumulative,
      state: path.has(id) ? "path" : "kept",
      step: step.position,
    }));
    this.set("tree", { nodes });
  }

  /** The code that writes the steps in the strip, with every branch that led to them. */
  _script() {
    return this._scripts.get(this.shown.at(-1)) ?? "";
  }

  codeLines() {
    const script = this._script();
    return script && `${script}"".join(step.text for step in steps)`;
  }
}

/** @param {number | null} perSecond */
export function speed(perSecond) {
  return perSecond === null ? "" : `, ${perSecond.toFixed(0)} tokens/s`;
}

/** How probable all tokens of a text are together, by the model's own probabilities. */
function storyWords(steps) {
  if (!steps.length) return "";
  const exponent = steps.at(-1).cumulative / Math.LN10;
  const chance = exponent < -3 ? `about ${powerOfTen(Math.round(exponent))}` : `${figure(100 * 10 ** exponent)} %`;
  const tokens = steps.length === 1 ? "this token" : `these ${steps.length} tokens together`;
  return `The model gives ${tokens} a probability of ${chance}.${limitsWords(steps)}`;
}

/** How Mirostat moved the limit of surprisal; "" where it stood still or there was none. */
function limitsWords(steps) {
  const limits = steps.map(({ knobs }) => knobs.max_surprisal).filter(Boolean);
  if (new Set(limits).size < 2) return "";
  const mean = steps.reduce((sum, step) => sum + surprisal(step), 0) / steps.length;
  const [first, last] = [limits[0], limits.at(-1)].map((limit) => limit.toFixed(1));
  return ` The limit of surprisal moved from ${first} to ${last} bits; a token had ${mean.toFixed(1)} bits on average.`;
}

/** What the limit of surprisal did where a token was drawn; "" if there was none. */
function limitWords(step) {
  const limit = step.knobs.max_surprisal;
  if (!limit) return "";
  return `limit ${limit.toFixed(1)} bits, surprisal ${surprisal(step).toFixed(1)} bits, ${percent(step.limitMass)} excluded`;
}

/** The line that writes so many tokens with some knobs, after a path if there is one. */
function writingCode(how, length, after) {
  const call = `sp.generate(m, prompt, ${how}, max_new_tokens=${length}`;
  return after ? `steps = [*path, *${call}, after=path)]\n` : `steps = [*${call})]\n`;
}
