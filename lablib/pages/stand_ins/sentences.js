// Stands in for `lablib.masking.panel.sentences`: how likely a sentence is, word by word, and a variant of it.

import { stripScale, wordChip } from "./chips.js";
import { escaped, redraw } from "./plots.js";
import { grouped, nats, probability as percent, repr } from "./python.js";
import { StandIn } from "./stand_in.js";
import { table } from "./tables.js";

const ROWS = 24; // pairs of words that the chart has room for
const PARTS = ["first", "second"];

export class SentencesStandIn extends StandIn {
  /** @param {import("./stand_in.js").Given} given */
  constructor(given) {
    super(given);
    for (const part of PARTS) this.on(`${part}.text`, "change:value", () => this.draw());
    this.on("whole", "change:value", () => this.draw());
  }

  /** The sentence and its variant, if there is one. */
  get texts() {
    const [first, second] = PARTS.map((part) => this.get(`${part}.text`, "value"));
    return second.trim() ? [first, second] : [first];
  }

  draw() {
    return this.work("sentences", { texts: this.texts, wholeWords: this.get("whole", "value") }, (part) => {
      if (part.scores) this._show(part);
      else this.say({ share: part.done / part.total, text: `${part.done} of ${part.total} readings` });
    });
  }

  _show({ scores, pairs }) {
    const most = Math.max(1, ...scores.flatMap(({ words }) => words.map(surprisal)));
    PARTS.forEach((part, i) => this._showSentence(part, scores[i], most));
    const there = pairs.length > 0;
    this.set("words", { value: there ? comparisonWords(scores, pairs) : "" });
    this.set("table", { value: there ? comparisonTable(pairs) : "" });
    if (there && this.parts.plot) this._drawPlot(chosen(pairs));
    this.set("place", { display: there && this.parts.plot ? "" : "none" });
  }

  _showSentence(part, score, most) {
    const chips = (score?.words ?? []).map((word) => wordChip({ text: word.text }, this.names, { value: surprisal(word), note: wordNote(word) }));
    this.set(`${part}.text`, { note: score?.note ?? "" });
    this.set(`${part}.strip`, { selected: [], scale: stripScale(0, score ? most : 1, "bits"), tokens: chips });
    this.set(`${part}.words`, { value: score ? scoreWords(score) : "" });
  }

  /** A row for each pair: two points, joined by a line. */
  _drawPlot(pairs) {
    const rows = pairs.map((pair, i) => ({ label: label(pair), at: -i, values: [pair.first, pair.second].map((word) => word?.logProbability) }));
    const joined = rows.filter(({ values }) => values.every((value) => value !== undefined));
    const points = [0, 1].map((n) => rows.filter(({ values }) => values[n] !== undefined).map((row) => ({ ...row, value: row.values[n] })));
    const xs = points.map((some) => some.map(({ value }) => value));
    const ys = points.map((some) => some.map(({ at }) => at));
    const texts = points.map((some, n) => some.map((row) => escaped(`${["sentence", "variant"][n]}: ${row.label}, ${nats(row.value)} nats`)));
    redraw(
      this,
      "plot",
      {
        x: [joined.flatMap(({ values }) => [...values, null]), ...xs],
        y: [joined.flatMap(({ at }) => [at, at, null]), ...ys],
        hovertext: [null, ...texts],
      },
      {
        "yaxis.tickvals": rows.map((_, i) => -i),
        "yaxis.ticktext": rows.map((row) => escaped(row.label)),
        "yaxis.range": [0.5 - rows.length, 0.5],
      },
    );
  }

  clear() {
    for (const part of PARTS) this._showSentence(part, null, 1);
    for (const part of ["words", "table"]) this.set(part, { value: "" });
    this.set("place", { display: "none" });
  }

  codeLines() {
    const whole = this.get("whole", "value") ? ", whole_words=True" : "";
    const [first, second] = this.texts;
    if (second === undefined) return `score = mk.pseudo_log_likelihood(m, ${repr(first)}${whole})\nscore.total, score.table()`;
    return (
      `first = ${repr(first)}\n` +
      `second = ${repr(second)}\n` +
      `pair = mk.compare_sentences(m, first, second${whole})\n` +
      "pair.difference, pair.table()"
    );
  }
}

/** How surprising a word is, in bits. */
function surprisal({ logProbability }) {
  return -logProbability / Math.LN2;
}

function wordNote({ logProbability, pieces }) {
  return `probability ${percent(Math.exp(logProbability))}, ${pieces} pieces`;
}

/** A sentence's score in a sentence. */
function scoreWords({ total, tokens }) {
  const hard = grouped(Math.round(Math.exp(-total / tokens)));
  return `Score ${nats(total)} nats over ${tokens} tokens, ${nats(total / tokens)} per token: as hard as one of ${hard} equally likely tokens each time.`;
}

/** By how much the second is the more likely, in nats; a missing word counts as 0. */
function difference({ first, second }) {
  return (second?.logProbability ?? 0) - (first?.logProbability ?? 0);
}

/** Those pairs that differ most, in the order of the sentences. */
function chosen(pairs) {
  const places = [...pairs.keys()].toSorted((a, b) => Math.abs(difference(pairs[b])) - Math.abs(difference(pairs[a])));
  return places.slice(0, ROWS).sort((a, b) => a - b).map((place) => pairs[place]);
}

/** A pair's name in the chart. */
function label({ first, second, same }) {
  return same ? first.text : `${first?.text ?? "–"} / ${second?.text ?? "–"}`;
}

/** A number as it is shown, so that sums of such numbers are right. */
function rounded(value) {
  return Number(value.toFixed(2));
}

/** Which of two sentences is the more likely, and by which word most of all. */
function comparisonWords([first, second], pairs) {
  const more = second.total - first.total;
  if (Math.abs(more) < 0.005) return "The model finds both equally likely.";
  const sign = Math.sign(more);
  const most = pairs.reduce((best, pair) => (sign * difference(pair) > sign * difference(best) ? pair : best));
  const [total, gain] = [Math.abs(more), sign * difference(most)].map(rounded);
  const words = `“${most.first?.text ?? "–"}” against “${most.second?.text ?? "–"}”`;
  const lengths = first.tokens === second.tokens ? "" : " They differ in length: compare the scores per token, too.";
  const shown = pairs.length > ROWS ? ` The chart has the ${ROWS} words that differ most.` : "";
  return (
    `The ${more > 0 ? "second" : "first"} scores ${nats(total)} nats more: ${nats(gain, true)} by ${words}, ` +
    `${nats(rounded(total - gain) + 0, true)} by all the rest.${lengths}${shown}`
  );
}

/** Both sentences word by word. */
function comparisonTable(pairs) {
  const columns = {
    First: "a word of the first sentence",
    second: "the word in its place in the second",
    "log-probability, first": "natural, given all other words",
    "log-probability, second": "natural, given all other words",
    difference: "above 0 the second is the more likely",
  };
  const number = (word) => (word ? nats(word.logProbability) : "");
  const rows = pairs.map((pair) => {
    const { first, second } = pair;
    return [first?.text ?? "", second?.text ?? "", number(first), number(second), nats(difference(pair), true)];
  });
  return table("Word by word", columns, rows);
}
