// Stands in for `lablib.sampling.panel.contrastive`: greedy search, contrastive search, and what was weighed.

import { chip, visible } from "./chips.js";
import { firstDivergence } from "./comparing.js";
import { figure, percent, repr } from "./python.js";
import { StandIn } from "./stand_in.js";
import { table } from "./tables.js";

const STRIPS = ["strips.0", "strips.1"];
const GROUP = 4; // tokens, whose repetitions are counted

export class ContrastiveStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    /** @type {string[]} the texts of the prompt's tokens */
    this._prompt = [];
    /** @type {any[][]} the steps of both texts */
    this._texts = [[], []];
    for (const part of ["text", "alpha", "k", "length"]) this.on(part, "change:value", () => this.draw());
    STRIPS.forEach((strip, i) => this.on(strip, "change:selected", () => this._look(i)));
  }

  /** Searches once more: what was weighed is not on the page. */
  begin() {
    return this.draw();
  }

  async draw() {
    const count = this.get("length", "value");
    const what = { text: this.get("text", "value"), count, k: this.get("k", "value"), alpha: this.get("alpha", "value") };
    const texts = [[], []];
    let prompt = [];
    const done = await this.work("contrast", what, (part) => {
      if (part.prompt) {
        prompt = part.prompt;
        return this.set("text", { note: part.note });
      }
      texts[part.search].push(part.step);
      const reached = part.search * count + texts[part.search].length;
      this.say({ share: reached / (2 * count), text: `${reached} of ${2 * count} tokens` });
    });
    if (!done) return;
    [this._prompt, this._texts] = [prompt, texts];
    this._show();
  }

  _show() {
    const place = partingPlace(this._texts);
    STRIPS.forEach((strip, i) => {
      const tokens = this._texts[i].map(({ entry, candidates, taken }) => chip(entry, this.names, { value: candidates[taken].penalty }));
      this.set(strip, { selected: [], tokens });
    });
    this.set("words", { value: searchWords(this._texts) });
    this.set("strips.1", { selected: [place] });
  }

  /** Shows what was weighed at the token that was chosen, in one of the texts. */
  _look(text) {
    const [place] = this.get(STRIPS[text], "selected");
    const step = this._texts[text][place];
    if (!step) return;
    this.set(STRIPS[1 - text], { selected: [] });
    const written = this._texts[text].slice(0, place).map(({ candidates, taken }) => candidates[taken].text);
    this.set("weighed", { value: candidatesTable(step, [...this._prompt, ...written]) });
  }

  codeLines() {
    const [text, alpha] = [this.get("text", "value"), this.get("alpha", "value")];
    return (
      `prompt, n = ${repr(text)}, ${this.get("length", "value")}\n` +
      "greedy, searched = (\n" +
      `    [*sp.contrastive_search(m, prompt, ${this.get("k", "value")}, alpha, n)]\n` +
      `    for alpha in (0.0, ${Number.isInteger(alpha) ? `${alpha}.0` : alpha})\n` +
      ")\n" +
      '"".join(step.text for step in searched)'
    );
  }
}

function idsOf(steps) {
  return steps.map(({ entry }) => entry.id);
}

/** The first step of contrastive search that greedy search would not have taken, else the first. */
function partingPlace(texts) {
  const place = firstDivergence(texts.map(idsOf)) ?? 0;
  return place < texts[1].length ? place : 0;
}

/** Where both texts part, and how much each repeats itself. */
function searchWords(texts) {
  const place = firstDivergence(texts.map(idsOf));
  if (place === null) return "Both texts are the same.";
  const [greedy, searched] = texts.map((steps) => percent(repetition(idsOf(steps)), 0));
  return (
    `They part at token ${place + 1}. Of the groups of four tokens, greedy search repeats ${greedy}, ` +
    `contrastive search ${searched}.`
  );
}

/** The share of a text's groups of tokens that occurred in it before. */
function repetition(ids) {
  const groups = ids.slice(GROUP - 1).map((_, i) => `${ids.slice(i, i + GROUP)}`);
  return groups.length ? 1 - new Set(groups).size / groups.length : 0;
}

/** What was weighed at one step; `before` has the text of each token before it, prompt included. */
function candidatesTable({ candidates, taken }, before) {
  const columns = {
    Candidate: "one of the most probable tokens",
    probability: "by the model alone",
    penalty: "the greatest cosine between its vector and that of a token before",
    "most like": "the token before whose vector is nearest to its own",
    score: "(1 - alpha) · probability - alpha · penalty",
    "": "the token that was written",
  };
  const rows = candidates.map(({ text, probability, penalty, nearest, score }, place) => {
    const like = `${visible(before[nearest])} (${before.length - nearest} back)`;
    const numbers = [percent(probability), rounded(penalty, 100), like, rounded(score, 1000)];
    return [visible(text), ...numbers, place === taken ? "taken" : ""];
  });
  return table("What was weighed here", columns, rows);
}

/** A number in words, of which so many parts of one are told. */
function rounded(value, parts) {
  return figure(Math.round(parts * value) / parts);
}
