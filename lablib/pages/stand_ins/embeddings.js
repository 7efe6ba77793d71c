// Stands in for `lablib.transformer.panel.embeddings`: the nearest words, and one word in two sentences.

import { visible } from "./chips.js";
import { redraw } from "./plots.js";
import { repr } from "./python.js";
import { StandIn } from "./stand_in.js";

const [NEAREST, PLANE] = [0, 1];
const COUNT = 10;

export class EmbeddingsStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    for (const part of ["word", "one", "other"]) this.on(part, "change:value", () => this.draw());
  }

  get asleep() {
    return ["head", "choose", "several"];
  }

  get greyed() {
    return "The other views, and other models, need a kernel: open the lab in JupyterLab.";
  }

  draw() {
    const word = this.get("word", "value");
    if (this.get("choose", "index") === NEAREST) return this.work("neighbours", { word, count: COUNT }, (found) => this._showNear(word, found));
    const what = { word, sentences: [this.get("one", "value"), this.get("other", "value")] };
    return this.work("inContext", what, ({ same, others }) => {
      const blocks = [...same.keys()];
      redraw(this, "context_plot", { x: [blocks, blocks], y: [same, others] });
      this.set("words", { value: contextWords(word, same, others) });
    });
  }

  _showNear(word, { ids, near }) {
    const rows = near.map(({ text, cosine }) => ({ text: visible(text), share: Math.max(cosine, 0), number: cosine.toFixed(2) }));
    this.set("bars", { value: { bars: { label: `The tokens nearest to ${word}, with their cosine`, rows } } });
    this.set("words", { value: nearWords(word, ids, near) });
  }

  clear() {
    for (const part of ["bars", "words"]) this.set(part, { value: "" });
  }

  codeLines() {
    const [word, one, other] = ["word", "one", "other"].map((part) => repr(this.get(part, "value")));
    const view = this.get("choose", "index");
    if (view === NEAREST) return `found = tf.neighbours(m, ${word})\nfound.texts, found.cosines`;
    return view === PLANE ? "" : `found = tf.in_context(m, ${word}, ${one}, ${other})\nfound.same, found.others`;
  }
}

/** How many tokens the word is, and what is nearest. */
function nearWords(word, ids, [{ text, cosine }]) {
  const how = ids.length === 1 ? "is one token" : `is ${ids.length} tokens: their mean`;
  return (
    `‘${word}’ ${how}. Nearest to its vector is ‘${visible(text)}’, with a cosine of ${cosine.toFixed(2)} (1: same direction, 0: at ` +
    "right angles). Nobody told the model which words are alike: it learned that from their neighbours in texts."
  );
}

/** How alike the word's vectors are at both ends. */
function contextWords(word, same, others) {
  return (
    `The vectors of ‘${word}’ have a cosine of ${same[0].toFixed(2)} before the first block and of ${same.at(-1).toFixed(2)} after ` +
    `the last. There, any two other tokens of the two sentences have ${others.at(-1).toFixed(2)}. Compare the two lines: within the ` +
    "blocks all vectors have much in common."
  );
}
