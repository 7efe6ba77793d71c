// The merge view: a sentence at any size of a vocabulary, and what each size costs, with no kernel.
//
// Traits in: kind, entries, merges, scores, smallest, words, text_bytes, curves. Both ways: size.

import { bytesOf, element, keepKeys, oncePerFrame, write } from "../../widgets/static/dom.js";
import { withLateStart } from "../../widgets/static/late_start.js";
import { growthChart, readCurve } from "./merges_chart.js";
import { cutter, grammar, mergesAt } from "./merges_math.js";
import { count, plural } from "./merges_words.js";

const SAVE_MS = 250;
const TIMINGS_KEPT = 200;
const BLOCK = 48; // words

const ABOUT = {
  BPE: "The merges up to this size, applied in their order: what training would have given at this size.",
  WordPiece: "Longest match first, with the entries up to this size: what training would have given at this size.",
  Unigram: "The characters and, of all others, the most probable entries, with the probabilities they have in the whole vocabulary. Training at this size would give them others.",
};

const jsonOf = (bytes) => (bytes.length ? JSON.parse(new TextDecoder().decode(bytes)) : {});
const numbersOf = (type, value) => new type(bytesOf(value).slice().buffer);

/** Everything that does not change while the slider moves. */
function readState(model) {
  const { entries = [], shown = [] } = jsonOf(bytesOf(model.get("entries")));
  const merges = numbersOf(Int32Array, model.get("merges"));
  const scores = numbersOf(Float64Array, model.get("scores"));
  return {
    shown,
    known: grammar(model.get("kind"), entries, merges, scores),
    smallest: model.get("smallest"),
    largest: entries.length,
    curves: model.get("curves").map(readCurve),
  };
}

/** What came last into a vocabulary of this size, in parts: [text, class] each. */
function moment({ known, shown, smallest, curves }, size) {
  if (size <= smallest) return [[`The ${count(smallest)} entries before the first step: ${known.kind === "BPE" ? "all bytes" : "the characters"}.`]];
  const newest = [`${shown[size - 1]}`, "merges-piece merges-newest"];
  const step = `${known.kind === "BPE" ? "Merge" : "Entry"} ${count(size - smallest)}: `;
  if (known.kind !== "BPE") return [[step], newest];
  const at = 3 * mergesAt(known, size - 1);
  const [left, right] = [known.merges[at], known.merges[at + 1]];
  const parts = [[step], [shown[left], "merges-piece"], [" + "], [shown[right], "merges-piece"], [" \u2192 "], newest];
  const first = curves[0];
  const place = size - smallest;
  const times = first && first.sizes[place] === size ? first.tokens[place - 1] - first.tokens[place] : null;
  return times === null ? parts : [...parts, [`, ${plural(times, "time")} in the ${first.label}`]];
}

/** The slider and the field for the size; `move(size, since)` is told every change. */
function sizeControl(move) {
  const node = element("div", "merges-size");
  const label = element("label", "merges-label", "Vocabulary size");
  const slider = element("input", "merges-slider");
  const field = element("input", "merges-field");
  label.append(slider);
  Object.assign(slider, { type: "range", step: 1 });
  Object.assign(field, { type: "number", step: 1 });
  field.setAttribute("aria-label", "Vocabulary size as a number");
  slider.addEventListener("input", (event) => move(Number(slider.value), event.timeStamp));
  field.addEventListener("change", (event) => move(Number(field.value), event.timeStamp));
  node.append(label, field);
  const resize = (smallest, largest) => {
    for (const input of [slider, field]) Object.assign(input, { min: smallest, max: largest });
  };
  const draw = (size) => {
    slider.value = field.value = size;
    slider.setAttribute("aria-valuetext", `${count(size)} entries`);
  };
  return { node, resize, draw };
}

/**
 * The chips of the sentence, in blocks of words. A word is drawn anew only where its cut changed,
 * and a block out of sight only when it comes near.
 */
function sentenceChips() {
  const node = element("div", "merges-words");
  node.tabIndex = 0;
  node.setAttribute("role", "group");
  let picture = null; // what the last move gave: cuts by word, texts by number, the newest number
  const chip = (number) => element("span", number === picture.newest ? "merges-piece merges-newest" : "merges-piece", picture.shown[number]);
  const drawWord = (place, word) => {
    const pieces = picture.cuts.get(word);
    const key = `${pieces.join()}${pieces.includes(picture.newest) ? "*" : ""}`;
    if (place.cut === key) return;
    place.cut = key;
    place.replaceChildren(...pieces.map(chip));
  };
  const drawBlock = (block) => block.words.forEach((word, i) => drawWord(block.children[i], word));
  const near = new Set(); // the blocks in sight or almost
  const sight = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) {
        if (!isIntersecting) near.delete(target);
        else near.add(target);
        if (picture && isIntersecting) drawBlock(target);
      }
    },
    { root: node, rootMargin: "200px" },
  );
  const newBlock = (words, first) => {
    const block = element("div", "merges-block");
    block.words = words;
    if (first) near.add(block);
    block.append(...words.map(() => element("span", "merges-word")));
    sight.observe(block);
    return block;
  };
  const reset = (words) => {
    sight.disconnect();
    near.clear();
    picture = null;
    const starts = Array.from({ length: Math.ceil(words.length / BLOCK) }, (_, i) => i * BLOCK);
    node.replaceChildren(...starts.map((start) => newBlock(words.slice(start, start + BLOCK), start === 0)));
  };
  const draw = (words, cut, shown, newest) => {
    picture = { cuts: new Map(), shown, newest };
    let tokens = 0;
    for (const word of words) {
      if (!picture.cuts.has(word)) picture.cuts.set(word, cut(word));
      tokens += picture.cuts.get(word).length;
    }
    near.forEach(drawBlock);
    return tokens;
  };
  return { node, reset, draw, forget: () => sight.disconnect() };
}

function render({ model, el }) {
  el.classList.add("lab-merges");
  keepKeys(el);
  el.__timings = []; // milliseconds from the event to the finished layout
  const empty = element("p", "merges-empty", "No vocabulary yet: train one.");
  const whole = element("div");
  const now = element("p", "merges-moment");
  const total = element("p", "merges-total");
  const about = element("p", "merges-dim");
  const chips = sentenceChips();
  const chart = growthChart();
  let state = readState(model);
  let since = 0;
  let timer = 0;

  const move = (size, moment) => {
    since = moment;
    model.set("size", Math.min(Math.max(Math.round(size) || 0, state.smallest), state.largest));
    since = 0;
    control.draw(model.get("size"));
    clearTimeout(timer);
    timer = setTimeout(() => model.save_changes(), SAVE_MS);
  };
  const control = sizeControl(move);

  const drawAll = (moved) => {
    const size = model.get("size");
    const trained = state.largest > 0;
    empty.hidden = trained;
    whole.hidden = !trained;
    if (!trained) return;
    const words = model.get("words");
    const bytes = model.get("text_bytes");
    control.draw(size);
    const tokens = chips.draw(words, cutter(state.known, size), state.shown, size > state.smallest ? size - 1 : -1);
    now.replaceChildren(...moment(state, size).map(([text, name]) => element("span", name, text)));
    write(total, words.length ? `Your text: ${plural(tokens, "token")} for ${plural(bytes, "byte")}, ${(bytes / Math.max(tokens, 1)).toFixed(2)} bytes per token` : "Type a text above to see its tokens.");
    chips.node.setAttribute("aria-label", total.textContent);
    chart.draw(size);
    if (moved) measure(moved);
  };
  const measure = (moved) => {
    el.getBoundingClientRect(); // lays the page out now, so that the time holds that too
    el.__timings.push(performance.now() - moved);
    if (el.__timings.length > TIMINGS_KEPT) el.__timings.shift();
  };
  const draw = oncePerFrame(drawAll);

  const reread = () => {
    state = readState(model);
    write(about, ABOUT[state.known.kind]);
    control.resize(state.smallest, state.largest);
    chart.build(state.curves, state.smallest, state.largest);
    chips.reset(model.get("words"));
    draw(0);
  };
  const rewrite = () => {
    chips.reset(model.get("words"));
    draw(0);
  };
  const onSize = () => draw(since);

  whole.append(control.node, now, total, chips.node, about, chart.node);
  el.append(empty, whole);
  const vocabulary = "change:entries change:curves"; // what else a vocabulary has comes with them
  model.on(vocabulary, reread);
  model.on("change:words", rewrite);
  model.on("change:size", onSize);
  reread();
  return () => {
    clearTimeout(timer);
    chips.forget();
    model.off(vocabulary, reread);
    model.off("change:words", rewrite);
    model.off("change:size", onSize);
  };
}

export default withLateStart({ render });
