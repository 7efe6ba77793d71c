// Stands in for `lablib.transformer.panel.residual`: what each part adds to the stream, and to the score.

import { visible } from "./chips.js";
import { redraw } from "./plots.js";
import { figure, grouped, percent, repr } from "./python.js";
import { StandIn } from "./stand_in.js";

const VIEWS = ["Who adds to the score", "Length of the vectors", "Feed-forward units"];
const [SCORE, LENGTHS] = [0, 1];
const [UNITS, RAISED] = [12, 3];

export class ResidualStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    this.on("text", "change:value", () => this.draw());
    this.on("block", "change:value", () => this.draw());
  }

  get asleep() {
    return ["head", "choose"];
  }

  get greyed() {
    return "The other views, and other models, need a kernel: open the lab in JupyterLab.";
  }

  get view() {
    return this.get("choose", "index");
  }

  draw() {
    const text = this.get("text", "value");
    if (this.view === SCORE) return this.work("attribution", { text }, (found) => this._showShares(found));
    if (this.view === LENGTHS) return this.work("lengths", { text }, (found) => this._showLengths(found));
    const what = { text, block: this.get("block", "value"), count: UNITS, raised: RAISED };
    return this.work("units", what, (found) => this._showUnits(found));
  }

  _showShares(found) {
    this._redraw({ x: [found.names], y: [found.added] });
    this._say(found.note, sharesWords(found));
  }

  _showLengths(found) {
    const { note, stream, attention, feedForward } = found;
    const blocks = [...attention.keys()];
    this._redraw({ x: [[-1, ...blocks], blocks, blocks], y: [stream, attention, feedForward] });
    this._say(note, lengthsWords(stream));
  }

  _showUnits(found) {
    const names = found.top.map(({ unit, words }) => `${unit}: ${words.map(visible).join(", ")}`);
    const tokens = found.tokens.map(({ text }) => visible(text));
    const axis = (/** @type {string} */ name, /** @type {string[]} */ texts) => ({ [`${name}.tickvals`]: [...texts.keys()], [`${name}.ticktext`]: texts });
    this._redraw({ z: [found.top.map(({ values }) => values)] }, { ...axis("xaxis", tokens), ...axis("yaxis", names) });
    this._say(found.note, unitsWords(found, tokens));
  }

  _redraw(styles, layout = {}) {
    redraw(this, `plots.${VIEWS[this.view]}`, styles, layout);
  }

  _say(note, words) {
    this.set("text", { note });
    this.set("words", { value: words });
  }

  codeLines() {
    const text = `text = ${repr(this.get("text", "value"))}\n`;
    if (this.view === SCORE) return `${text}found = tf.attribution(m, text)\nfound.names, found.added`;
    if (this.view === LENGTHS) return `${text}found = tf.lengths(m, text)\nfound.stream, found.attention, found.feed_forward`;
    return `${text}fired = tf.units(m, text, block=${this.get("block", "value")})\nfired.activations[:, list(fired.top(${UNITS}))]`;
  }
}

/** Whose score it is, what adds most, and how far the shares are exact. */
function sharesWords({ text, probability, score, names, added }) {
  const most = added.indexOf(Math.max(...added));
  const sign = added[most] < 0 ? "" : "+";
  return (
    `‘${visible(text)}’ comes next with ${percent(probability, 0)}. Its score is ${figure(score)} above the mean of all tokens; ` +
    `${names[most]} adds the most, ${sign}${added[most].toFixed(2)}. The shares sum to the score exactly, with the last norm’s ` +
    "division taken as it is; what a part does through later parts is counted as theirs."
  );
}

/** How the stream grows, in a sentence or two. */
function lengthsWords(stream) {
  return (
    `A token’s vector is ${figure(stream[0])} long before the first block and ${figure(stream.at(-1))} after the last, on average. ` +
    "Each part reads the stream through a norm, so its length as such does not matter to it: what matters is how long a part’s " +
    "result is compared with the stream."
  );
}

/** How many units there are, and how many of them fire. */
function unitsWords({ block, size, firing, top, strongest }, tokens) {
  return (
    `Block ${block} has ${grouped(size)} units. ${percent(firing, 0)} of all activations are above 0. Unit ${top[0].unit} adds the ` +
    `longest vector, at ‘${tokens[strongest]}’. Beside each unit are the tokens whose scores its vector would raise most, if it ` +
    "went straight to the scores."
  );
}
