// What stands in for the kernel behind one panel of a page: it hears the panel's parts, asks the engine,
// and puts into the parts what the panel's Python would have put there.

import { repr } from "./python.js";

/**
 * @typedef {object} Given
 * @property {Record<string, any>} parts  the models of the panel's widgets, by their names in Python
 * @property {string} model               the model or tokenizer that answers on the page
 * @property {string} drawnBy             the one that the lab had, whose picture is there at first
 * @property {Asking} engine
 * @property {import("./chips.js").Names} names
 * @property {any} data                      what the panel gives its stand-in besides (`Panel.page_data`)
 * @property {Record<string, Carried>} carried   the models and tokenizers that lie beside the page
 */

/**
 * @typedef {object} Asking
 * @property {(model: string, task: string, what: any, onPart: (part: any) => void) => Promise<"done" | "stopped">} run
 * @property {() => void} stop
 */

/** @typedef {{ script: string, entries: number, kind: string | null }} Carried   no kind: a tokenizer alone */

export class StandIn {
  /** Whether the head of the panel answers here, in which another model is chosen. */
  choosesModel = false;

  /** @param {Given} given */
  constructor({ parts, model, drawnBy, engine, names, data, carried }) {
    this.parts = parts;
    this.model = model;
    this.drawnBy = drawnBy;
    this.engine = engine;
    this.names = names;
    this.data = data;
    this.carried = carried;
    this._turn = 0;
    const [, imports = "", opens = ""] = this.get("foot", "code").match(/^(from lablib import [^\n]*\n\n)(m = )?/) ?? [];
    /** How the code under the panel begins, and whether it opens a model. */
    this._imports = imports;
    this._opens = opens !== "";
    if (model === drawnBy) this.badge();
    else this.set("head", { model_name: drawnBy, why: `The lab ran with it. What you change is answered in this page, by ${model}.` });
    this.on("foot", "sent", (message) => message.stop && this.engine.stop());
  }

  /** Parts that stay greyed, by their names: what they do needs a kernel. */
  get asleep() {
    return this.choosesModel ? [] : ["head"];
  }

  /** Makes what the stand-in needs of the picture that the page was made with. */
  begin() {}

  /** What a reader is told that stays grey, and why; "" where all answers. */
  get greyed() {
    const others = `${this.choosesModel ? "Other models need" : "Another model needs"} a kernel: open the lab in JupyterLab.`;
    if (this.model === this.drawnBy) return others;
    return `This is what ${this.drawnBy} answered when the lab ran. As soon as you change something, ${this.model} answers in this page. ${others}`;
  }

  /**
   * @param {string} part
   * @param {string} trait
   */
  get(part, trait) {
    return this.parts[part].get(trait);
  }

  /**
   * @param {string} part
   * @param {Record<string, any>} traits
   */
  set(part, traits) {
    for (const [trait, value] of Object.entries(traits)) this.parts[part].set(trait, value);
  }

  /**
   * Calls `act` at an event of a part: "change:value", or "sent" for what its view tells the kernel.
   * @param {string} part
   * @param {string} event
   * @param {(detail: any) => void} act
   */
  on(part, event, act) {
    this.parts[part].on(event, act);
  }

  /**
   * Asks the engine, while the foot says how far it is; what was asked before is dropped.
   * @param {string} task
   * @param {any} what
   * @param {(part: any) => void} onPart   is given each part, none of a request that is overtaken
   * @returns {Promise<boolean>} whether it was done to its end
   */
  async work(task, what, onPart) {
    const turn = ++this._turn;
    this.badge();
    const begun = performance.now();
    this.say({ state: "working", share: null, text: "", message: "" });
    try {
      const end = await this.engine.run(this.model, task, what, (part) => turn === this._turn && onPart(part));
      if (turn !== this._turn) return false;
      if (end === "stopped") this.stopped();
      else this.say({ state: "ready", share: null, text: `in ${duration(performance.now() - begun)}` });
      if (end === "done") this.showCode();
      return end === "done";
    } catch (error) {
      if (turn !== this._turn) return false;
      this.clear();
      this.say({ state: "failed", share: null, text: "", message: error.message, details: "" });
      return false;
    }
  }

  /** Says in the head what is computed with. */
  badge() {
    this.set("head", { model_name: `${this.model} in this page`, why: "It is computed in this page, with no kernel." });
  }

  /**
   * Offers in the head those models of its menu that will do here, and draws with the one that is chosen.
   * @param {(name: string) => boolean} fits
   */
  offer(fits) {
    const choices = this.get("head", "choices").filter(({ name }) => fits(name));
    this.set("head", { choices });
    this.on("head", "sent", ({ open: name }) => {
      if (fits(name)) {
        this.model = name;
        this.badge();
        this.modelChanged();
      } else {
        const known = choices.map((choice) => choice.name).join(", ");
        this.say({ state: "failed", text: "", details: "", message: `This page has ${known}. For “${name}” open the lab in JupyterLab.` });
      }
    });
  }

  /**
   * Whether the page computes a model that reads one text, and has no other for what it writes.
   * @param {string} name
   */
  readsText(name) {
    return ["gpt2", "bert"].includes(this.carried[name]?.kind);
  }

  /** Another model makes another picture. */
  modelChanged() {
    this.draw();
  }

  /** Makes the picture anew. */
  draw() {}

  /** Drops what is running, and says that the picture is older than the controls. */
  markStale() {
    this._turn++;
    this.engine.stop();
    this.stopped();
  }

  stopped() {
    this.say({ state: "stale", share: null, text: "the picture may be older than the controls" });
  }

  /** @param {Record<string, any>} traits   of the foot */
  say(traits) {
    this.set("foot", traits);
  }

  /** Takes the picture away, where an old one must not stand beside an error. */
  clear() {}

  /** The lines behind the picture, after the imports and the model; "" for none yet. */
  codeLines() {
    return "";
  }

  showCode() {
    const lines = this.codeLines();
    const opening = this._opens ? `m = models.load(${repr(this.model)}${this._kind})\n` : "";
    this.set("foot", { code: lines && this._imports + opening + lines });
  }

  /** How the code says what a model is for; a next-word model is opened without. */
  get _kind() {
    return { bert: ", kind='masked'", t5: ", kind='seq2seq'" }[this.carried[this.model].kind] ?? "";
  }
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
