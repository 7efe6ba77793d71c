// Stands in for `lablib.sampling.panel.comparison`: what several settings of the knobs write with the same draws.

import { NEUTRAL } from "../../sampling/views/knobs_math.js";
import { chip } from "./chips.js";
import { knobsCode, mirostatCall } from "./knob_code.js";
import { KnobSliders } from "./knob_sliders.js";
import { general, repr } from "./python.js";
import { StandIn } from "./stand_in.js";
import { speed } from "./writing.js";

const PARTS = "parts from the text above";

export class ComparisonStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this._settings = Object.keys(this.parts).filter((name) => /^settings\.\d+\.strip$/.test(name)).map((name) => name.replace(".strip", ""));
    this._sliders = this._settings.map((setting) => this._listen(setting));
    /** @type {number[][]} the ids of the texts in the strips */
    this._texts = [];
    for (const part of ["text", "seed", "length"]) this.on(part, "change:value", () => this.draw());
  }

  get asleep() {
    return ["head", "add_button", "seeds_button", ...this._settings.map((setting) => `${setting}.remove`)];
  }

  get greyed() {
    return "More settings, many seeds and other models need a kernel: open the lab in JupyterLab.";
  }

  /**
   * The sliders of a setting, of which its name tells.
   * @param {string} setting
   */
  _listen(setting) {
    this.on(`${setting}.name`, "change:value", () => {
      this.set(`${setting}.sliders`, { display: this.get(`${setting}.name`, "value") ? "" : "none" });
    });
    const sliders = new KnobSliders(this, `${setting}.sliders`, () => {
      const words = knobsWords(sliders);
      this.set(`${setting}.name`, { description: words });
      this.set(`${setting}.strip`, { label: words });
      this.draw();
    });
    return sliders;
  }

  async draw() {
    const count = this.get("length", "value");
    const [settings, mirostats] = [this._sliders.map(({ knobs }) => knobs), this._sliders.map(({ mirostat }) => mirostat)];
    const what = { text: this.get("text", "value"), count, seed: this.get("seed", "value"), settings, mirostats };
    let perSecond = null;
    const done = await this.work("compare", what, (part) => {
      if (!part.steps) return this._begin(part);
      this._add(part.steps);
      perSecond = part.perSecond;
      this.say({ share: part.round / count, text: `${part.round} of ${count} tokens${speed(perSecond)}` });
    });
    if (done) this.say({ text: this.get("foot", "text") + speed(perSecond) });
  }

  _begin({ note }) {
    this.set("text", { note });
    this._texts = this._settings.map(() => []);
    for (const setting of this._settings) this.set(`${setting}.strip`, { selected: [], tokens: [] });
  }

  /** Puts the newest token of each text into its strip. */
  _add(steps) {
    steps.forEach((step, i) => step && this._texts[i].push(step.entry.id));
    steps.forEach((step, i) => {
      if (!step) return;
      const place = this._texts[i].length - 1;
      const parts = i > 0 && firstDivergence([this._texts[i - 1], this._texts[i]]) === place;
      const added = chip(step.entry, this.names, { value: step.probability, mark: parts ? PARTS : undefined });
      this.parts[`${this._settings[i]}.strip`].receive({ at: place, append: [added] });
    });
    this.set("words", { value: divergenceWords(this._texts) });
  }

  codeLines() {
    const settings = this._sliders.map(({ knobs }) => `    ${knobsCode(knobs)},\n`).join("");
    const [lines, argument] = mirostatLines(this._sliders.map(({ mirostat }) => mirostat));
    return (
      `prompt = ${repr(this.get("text", "value"))}\n` +
      `settings = [\n${settings}]\n${lines}` +
      `rounds = sp.lockstep(m, prompt, settings, seed=${this.get("seed", "value")}, n=${this.get("length", "value")}${argument})\n` +
      "texts = [[step.id for step in run if step] for run in zip(*rounds)]\n" +
      "sp.first_divergence(texts)"
    );
  }
}

/**
 * The knobs of a setting that are turned, in words; a fixed limit of surprisal is not used beside Mirostat.
 * @param {KnobSliders} sliders
 */
function knobsWords(sliders) {
  const { mirostat } = sliders;
  const knobs = mirostat ? { ...sliders.knobs, max_surprisal: NEUTRAL.max_surprisal } : sliders.knobs;
  const turned = Object.keys(NEUTRAL).filter((knob) => knobs[knob] !== NEUTRAL[knob]);
  const words = turned.map((knob) => `${sliders.label(knob).toLowerCase()} ${general(knobs[knob], 6)}`);
  if (knobs.temperature === 0) words[0] = "greedy";
  if (mirostat) words.push(`mirostat ${general(mirostat.target, 6)} bits`);
  return words.join(", ") || "no knob turned";
}

/**
 * The lines that make what moves the limits of the settings, and the argument that takes it; "" for none.
 * @param {({ target: number, rate: number } | null)[]} mirostats
 */
function mirostatLines(mirostats) {
  if (!mirostats.some(Boolean)) return ["", ""];
  const calls = mirostats.map((mirostat) => `    ${mirostat ? mirostatCall(mirostat) : "None"},\n`);
  return [`mirostats = [\n${calls.join("")}]\n`, ", mirostats=mirostats"];
}

/** The first position at which the texts are not all the same; null if they are. */
export function firstDivergence(texts) {
  const longest = Math.max(...texts.map((ids) => ids.length));
  const places = Array.from({ length: longest }, (_, place) => place);
  return places.find((place) => new Set(texts.map((ids) => ids[place])).size > 1) ?? null;
}

/** Where texts written with the same draws stop being the same. */
function divergenceWords(texts) {
  const place = firstDivergence(texts);
  if (place === null) return texts.length > 1 ? "Every setting writes the same text." : "";
  if (place === 0) return "The texts part at the very first token.";
  const same = place === 1 ? "The first token is" : `The first ${place} tokens are`;
  return `${same} the same under every setting; then the texts part.`;
}
