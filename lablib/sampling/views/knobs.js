// The knob view: from the model's logits and the knobs to everything on the screen, with no kernel.
//
// Traits in: logits, vocabulary, previous, prompt_text, pickable, simple, more. Both ways: knobs, order. Out:
// summary (250 ms after the last move) and picked. The model of the widget is the one source of
// truth, so several views of one widget agree, and a page without a kernel needs only get, set, on.

import { bytesOf, element, keepKeys, oncePerFrame, write } from "../../widgets/static/dom.js";
import { withLateStart } from "../../widgets/static/late_start.js";
import { barChart } from "./knobs_bars.js";
import { KNOBS, fromTable, knobBoard, knobValue } from "./knobs_controls.js";
import { rankCurve, spanTable } from "./knobs_curve.js";
import {
  NEUTRAL, TRANSFORMERS_ORDER, barRows, probabilities, probability, rank, removedBy, stages,
  totalVariation,
} from "./knobs_math.js";
import { stageStrip } from "./knobs_stages.js";
import { LABELS, count, percent } from "./knobs_words.js";

const REPORT_MS = 250;
const TIMINGS_KEPT = 200;
const ROWS = { usual: 14, simple: 8 };
const TOP = 20; // tokens that Python is told of

/** The same function, which computes again only when an argument is another object or value. */
function remembering(make) {
  let last = null;
  let answer;
  return (...args) => {
    if (!last || args.some((arg, i) => arg !== last[i])) answer = make(...args);
    last = args;
    return answer;
  };
}

/** What is wrong with the logits, in a sentence; "" if nothing is. */
function problemWith(logits) {
  if (logits.length === 0) return "No scores yet. Type a prompt: the model\u2019s scores for the next token come here.";
  const broken = logits.reduce((n, score) => n + (Number.isNaN(score) || score === Infinity), 0);
  if (broken > 0) return `${count(broken)} of the ${count(logits.length)} scores are not finite numbers, so there are no probabilities to draw. Choose another model or prompt.`;
  if (logits.every((score) => score === -Infinity)) return "Every token has the score minus infinity, so none can come. Choose another model or prompt.";
  return "";
}

/** The logits of a prompt and their ranking, or what is wrong with them. */
function readLogits(value) {
  const logits = new Float32Array(bytesOf(value).slice().buffer);
  const problem = problemWith(logits);
  return { size: logits.length, problem, base: problem ? null : rank(logits) };
}

/** The texts of the tokens; none before they came. */
function readVocabulary(value) {
  const bytes = bytesOf(value);
  return bytes.length ? JSON.parse(new TextDecoder().decode(bytes)) : [];
}

/** 1 for every token id that stands in the prompt. */
function seenTokens(previous, size) {
  const seen = new Uint8Array(size);
  for (const id of previous) if (id >= 0 && id < size) seen[id] = 1;
  return seen;
}

/** From the traits to everything that is drawn; what did not change is not computed again. */
function calculator() {
  const logitsOf = remembering(readLogits);
  const vocabularyOf = remembering(readVocabulary);
  const seenOf = remembering(seenTokens);
  let [now, usual] = [[], []];
  /** @returns {any} what is drawn, or only its `problem` */
  return (model, selected) => {
    const { size, problem, base } = logitsOf(model.get("logits"));
    const knobs = model.get("knobs");
    const tokens = vocabularyOf(model.get("vocabulary"));
    if (problem) return { size, problem, knobs, tokens };
    const previous = model.get("previous");
    const seen = seenOf(previous, size);
    const order = model.get("order");
    now = stages(base, knobs, previous, order, now);
    const result = now.at(-1).after;
    const span = now.find(({ name }) => name === selected) ?? { before: base, after: result };
    const isUsual = order.join() === TRANSFORMERS_ORDER.join();
    if (!isUsual) usual = stages(base, knobs, previous, TRANSFORMERS_ORDER, usual);
    const moves = isUsual ? null : totalVariation(result, usual.at(-1).after, size);
    return { size, problem, knobs, tokens, seen, order, base, stages: now, result, span, selected, moves };
  };
}

/** A token's visible text, or its number where the vocabulary has none. */
const tokenText = (tokens, id) => tokens[id] ?? `#${id}`;

/** The rows of the bar chart, so many of them, in words and numbers. */
function bars({ span, stages: list, size, tokens, seen, simple }, rows) {
  const cutBy = removedBy(list, size);
  const stays = probabilities(span.after, size);
  return barRows(span.before, span.after, stays, rows).map((row) => {
    // The simple view has one knob: no need to say which one cut, nor to mark what only a penalty asks for.
    const text = tokenText(tokens, row.id) + (seen[row.id] && !simple ? " \u21ba" : "");
    const out = row.after === 0 && cutBy[row.id] > 0;
    const cut = out && !simple ? LABELS[list[cutBy[row.id] - 1].name].toLowerCase() : "";
    const title = `${tokenText(tokens, row.id)}, token ${row.id}${seen[row.id] ? ", in the prompt" : ""}`;
    return { ...row, text, title, cut, state: out ? "out" : "kept" };
  });
}

/** The picture in one sentence; where no knob cuts tokens off, without how many are kept. */
function sentence({ size, result, tokens, simple }) {
  const kept = result.ids.length;
  const best = `${tokenText(tokens, result.ids[0])}`;
  const chance = percent(probability(result, 0));
  if (simple) return `Of ${count(size)} tokens the most likely is \u2018${best}\u2019, with ${chance}.`;
  return `${count(kept)} of ${count(size)} tokens kept; the most likely is \u2018${best}\u2019 with ${chance}.`;
}

/** What Python is told of the picture; all numbers are of the result, not of one stage. */
function summaryOf({ knobs, order, stages: list, result, size }) {
  const rows = list.map(({ name, removedMass: removed_mass, kept, entropy, choices }) => {
    return { name, removed_mass, kept, entropy, effective_choices: choices };
  });
  const { kept, entropy, effective_choices } = rows.at(-1);
  const top = Array.from(result.ids.subarray(0, TOP), (id, i) => [id, probability(result, i)]);
  return { knobs, order, size, kept, entropy, effective_choices, stages: rows, top };
}

/** The line over everything: the end of the prompt, whose next token this is about. */
function promptLine() {
  const node = element("p", "knobs-prompt");
  const text = element("bdi", "knobs-prompt-text");
  node.append(element("span", "knobs-dim", "Next token after "), text);
  const draw = (prompt) => {
    const end = Array.from(prompt).slice(-80).join("");
    node.hidden = !prompt;
    write(text, end === prompt ? prompt : `\u2026${end}`);
  };
  return { node, draw };
}

/** What stands over the bars: which two distributions they compare. */
function spanTitle({ selected, stages: list, simple }) {
  if (simple) return "Outlined: the model\u2019s own probabilities, at temperature 1.";
  const place = list.findIndex(({ name }) => name === selected);
  if (place < 0) return "Before: the model\u2019s own probabilities. After: all stages.";
  return `Before and after stage ${place + 1}, ${LABELS[selected].toLowerCase()}.`;
}

/** The bars under the prompt, with the sentence that says the same and a line on what they compare. */
function barPicture(pick, rows) {
  const node = element("section", "knobs-picture lab-main-picture");
  node.setAttribute("aria-label", "Probabilities");
  const [summary, title] = [element("p", "knobs-summary"), element("p", "knobs-title")];
  const [prompt, chart] = [promptLine(), barChart(pick, rows)];
  node.append(prompt.node, summary, title, chart.node);
  const draw = (picture) => {
    prompt.draw(picture.prompt);
    write(summary, sentence(picture));
    write(title, spanTitle(picture));
    chart.draw(bars(picture, rows));
  };
  return { node, draw };
}

/** The whole vocabulary: a curve, and a table beside it. */
function wholePicture() {
  const node = element("div", "knobs-whole");
  const [curve, table] = [rankCurve(), spanTable()];
  const side = element("div");
  side.append(element("p", "knobs-dim", "Probability that the most likely tokens hold together, by number of tokens"), curve.node);
  node.append(side, table.node);
  const draw = ({ span, size }) => {
    curve.draw(span, size);
    table.draw(span);
  };
  return { node, draw };
}

/** What stands behind a line that opens it. */
function folded(label, ...parts) {
  const node = element("details", "knobs-fold");
  node.append(element("summary", "", label), ...parts);
  return node;
}

function render({ model, el }) {
  const calculate = calculator();
  let selected = "result";
  let timer = 0;
  let sizeDrawn = 0;
  el.classList.add("lab-knobs");
  keepKeys(el);
  el.__timings = []; // milliseconds from the event to the finished layout, the last moves first out

  const simple = model.get("simple");
  el.classList.toggle("is-simple", simple);
  const spoken = element("p", "knobs-spoken");
  spoken.setAttribute("role", "status");
  const empty = element("p", "knobs-empty");

  const report = () => {
    timer = 0;
    const picture = { ...calculate(model, selected), simple };
    write(spoken, picture.problem || sentence(picture));
    if (picture.problem) return;
    model.set("summary", summaryOf(picture));
    model.save_changes();
  };
  const reportSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(report, REPORT_MS);
  };

  const drawAll = (since) => {
    const picture = calculate(model, selected);
    if (picture.size !== sizeDrawn) board.resize((sizeDrawn = picture.size));
    board.draw(picture.knobs);
    el.classList.toggle("is-empty", Boolean(picture.problem));
    write(empty, picture.problem);
    if (picture.problem) return;
    for (const view of views) view.draw({ ...picture, simple, prompt: model.get("prompt_text") });
    if (since) measure(since);
  };
  const measure = (since) => {
    el.getBoundingClientRect(); // lays the page out now, so that the time holds that too
    el.__timings.push(performance.now() - since);
    if (el.__timings.length > TIMINGS_KEPT) el.__timings.shift();
  };
  const draw = oncePerFrame(drawAll);

  let since = 0;
  const set = (name, value, moment = 0) => {
    since = moment;
    model.set(name, value);
    since = 0;
  };
  const onChange = () => {
    draw(since);
    reportSoon();
  };
  const [first, more] = offeredKnobs(model);
  const board = knobBoard(first, more, {
    change: (name, value, moment) => set("knobs", { ...model.get("knobs"), [name]: value }, moment),
    resetAll: (moment) => set("knobs", { ...NEUTRAL }, moment),
  });
  const strip = stageStrip({
    reorder: (order) => set("order", order),
    select: (name) => {
      selected = name;
      draw(0);
    },
  });
  const chart = barPicture(model.get("pickable") ? pick : null, simple ? ROWS.simple : ROWS.usual);
  const whole = wholePicture();
  /** @type {{draw: (picture: any) => void}[]} */
  const views = simple ? [chart] : [chart, strip, whole];
  function pick(id) {
    model.set("picked", id);
    model.save_changes();
  }

  const main = element("div", "knobs-main");
  main.append(board.node, empty, chart.node);
  el.append(main, spoken);
  if (!simple) el.append(folded("Stages and their order", strip.node), folded("The whole vocabulary in one curve", whole.node));
  const watched = ["logits", "vocabulary", "previous", "prompt_text", "knobs", "order"].map((name) => `change:${name}`).join(" ");
  model.on(watched, onChange);
  onChange();
  return () => {
    clearTimeout(timer);
    model.off(watched, onChange);
  };
}

/** The knobs that are shown at first, and those that come in their place when asked for. */
function offeredKnobs(model) {
  if (model.get("simple")) return [KNOBS.slice(0, 1), []];
  return [KNOBS, (model.get("more") ?? []).map(fromTable)];
}

/** Knobs that a link asks for: those it names, at what they can be set to; the others are off. */
function takenKnobs(asked, model) {
  if (typeof asked !== "object" || asked === null) return undefined;
  const offered = offeredKnobs(model).flat();
  const taken = offered.filter(({ name }) => Object.hasOwn(asked, name)).map((knob) => [knob.name, knobValue(knob, asked[knob.name])]);
  if (!taken.length || taken.some(([, value]) => value === null)) return undefined;
  return { ...NEUTRAL, ...Object.fromEntries(taken) };
}

/** What of the view a link to a page may set: for each trait the value that is taken, undefined for none. */
export const settings = {
  knobs: takenKnobs,
  order: (order) => (Array.isArray(order) && [...order].sort().join() === [...TRANSFORMERS_ORDER].sort().join() ? order : undefined),
};

export default withLateStart({ render });
