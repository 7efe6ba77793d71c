// What a question answers on a page, where no kernel does: which of its cards is drawn, and what is noted
// down. The cards themselves, and what they say, come from on_page.py.

import { standing } from "./standing.js";

/**
 * @typedef {object} Local   what is known only until the page is closed, as in a lab until the cell is run again
 * @property {number[]} [clicked]
 * @property {boolean} [found]
 * @property {boolean} [shown]
 * @property {boolean} [solution]
 * @property {any[]} [notes]
 */

/** @typedef {{ what: string, id?: string, value?: any, right?: boolean }} Noted */

/**
 * The card of this name out of a question's deck.
 * @param {any} asked
 * @param {string} name
 */
function card({ deck: { cards, blocks, ...about } }, name) {
  return { ...about, blocks: cards[name].map((/** @type {number} */ at) => blocks[at]) };
}

const prediction = {
  /**
   * @param {any} asked
   * @param {{ events: any[], seed: number }} learner
   */
  content(asked, { events, seed }) {
    const { state, answer } = standing(events, asked.id);
    const name = answer === null ? null : judged(asked, answer);
    const open = state === "new" || (answer !== null && name === null);
    const shown = card(asked, open ? "new" : name === null ? "skipped" : `=${name}`);
    return { ...shown, blocks: shown.blocks.map((/** @type {any} */ block) => learners(block, asked, seed, answer)) };
  },

  /**
   * @param {any} asked
   * @param {any} _learner
   * @param {Local} _local
   * @param {string} action
   * @param {any} value
   * @returns {Noted | undefined}
   */
  press(asked, _learner, _local, action, value) {
    if (action === "answer") return { what: "predicted", value, right: isRight(asked, judged(asked, value)) };
    return { what: action === "skip" ? "skipped" : "forgot" };
  },
};

/**
 * The name of the card for an answer; null where it cannot be given today.
 * @param {any} asked
 * @param {any} answer
 * @returns {string | null}
 */
function judged({ guess, options }, answer) {
  if (!guess) return options.includes(answer) ? answer : null;
  if (typeof answer !== "number") return null;
  if (Math.abs(answer - guess.value) <= guess.tolerance) return "right";
  return answer < guess.value ? "low" : "high";
}

/**
 * @param {any} asked
 * @param {string | null} name
 */
function isRight({ right = "right" }, name) {
  return name === right;
}

/**
 * A block as this learner sees it: options in an order of their own, and the number they guessed.
 * @param {any} block
 * @param {any} asked
 * @param {number} seed
 * @param {any} answer
 */
function learners(block, { id, number }, seed, answer) {
  if (block.type === "choices") {
    const place = (/** @type {any} */ { value }) => hash(`${seed} ${id} ${value}`);
    return { ...block, options: block.options.toSorted((/** @type {any} */ a, /** @type {any} */ b) => place(a) - place(b)) };
  }
  if (!number || !block.text?.includes(number)) return block;
  return JSON.parse(JSON.stringify(block).replaceAll(number, String(Number(answer.toPrecision(6)))));
}

/**
 * A number from 0 up to 2³² that looks as if it were drawn by chance: FNV-1a, then the mixing of MurmurHash3.
 * @param {string} text
 */
export function hash(text) {
  let h = 0x811c9dc5;
  for (const letter of text) h = Math.imul(h ^ letter.codePointAt(0), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const bug = {
  /**
   * @param {any} asked
   * @param {{ events: any[] }} learner
   * @param {Local} local
   */
  content(asked, { events }, { clicked = [], shown = false, found = standing(events, asked.id).line_found }) {
    const drawn = card(asked, `${clicked.at(-1) ?? 0} ${found || shown}`);
    const wrong = clicked.map((line) => [line, "wrong"]);
    const right = found || shown ? asked.lines.map((/** @type {number} */ line) => [line, "right"]) : [];
    const marks = Object.fromEntries([...wrong, ...right]);
    const marked = (/** @type {any} */ block) => (block.type === "lines" ? { ...block, marks } : block);
    return { ...drawn, blocks: drawn.blocks.map(marked) };
  },

  /**
   * @param {any} asked
   * @param {{ events: any[] }} learner
   * @param {Local} local
   * @param {string} action
   * @param {any} value
   * @returns {Noted | undefined}
   */
  press(asked, { events }, local, action, value) {
    if (action === "forget") Object.assign(local, { clicked: [], found: false, shown: false });
    if (action === "show") Object.assign(local, { clicked: [], shown: true });
    if (action === "show") return { what: "solution" };
    if (action !== "line") return undefined;
    const right = asked.lines.includes(value);
    local.clicked = [...(local.clicked ?? []), value];
    local.found = right || (local.found ?? standing(events, asked.id).line_found);
    return { what: "line", value, right };
  },
};

const exercise = {
  /**
   * @param {any} asked
   * @param {{ events: any[] }} learner
   * @param {Local} local
   */
  content(asked, { events }, { solution = false }) {
    return card(asked, `${Math.min(standing(events, asked.id).hints, asked.hints)} ${solution}`);
  },

  /**
   * @param {any} asked
   * @param {{ events: any[] }} learner
   * @param {Local} local
   * @param {string} action
   * @returns {Noted | undefined}
   */
  press(asked, { events }, local, action) {
    if (action === "hint") return { what: "hint", value: Math.min(standing(events, asked.id).hints + 1, asked.hints) };
    local.solution = action === "solution";
    return local.solution ? { what: "solution" } : undefined;
  },
};

const table = {
  /**
   * @param {any} asked
   * @param {{ events: any[], where: string }} learner
   * @param {Local} local
   */
  content({ rows, head, label, below }, { events, where }, { notes = [] }) {
    const now = rows.map((/** @type {any} */ row) => standing(events, row.id));
    const right = now.filter((/** @type {any} */ { state }) => state === "right").length;
    const cells = rows.map((/** @type {any} */ row, /** @type {number} */ i) => rowOf(row, now[i]));
    const blocks = [{ type: "table", head, rows: cells }, said(where), ...below, ...notes];
    return { label, title: `${right} of ${rows.length} right`, about: "", blocks };
  },

  /**
   * @param {any} asked
   * @param {any} _learner
   * @param {Local} local
   * @param {string} action
   * @returns {Noted | undefined}
   */
  press({ id, really }, _learner, local, action) {
    local.notes = action === "afresh?" ? really : [];
    return action === "afresh" ? { id, what: "afresh" } : undefined;
  },
};

/**
 * @param {any} row
 * @param {import("./standing.js").Status} now
 */
function rowOf({ asks, cells, states }, now) {
  const state = now.line_found && now.state === "wrong" ? "found" : now.state;
  const helped = asks ? ["–", "–"] : [String(now.hints), now.solution ? "opened" : "–"];
  return [...cells, states[state], String(now.tries), ...helped];
}

/**
 * A block of plain words, which hold no marks.
 * @param {string} text
 */
function said(text) {
  return { type: "text", text, parts: [[[text]]] };
}

/**
 * A framed remark of plain words.
 * @param {string} title
 * @param {string} text
 */
export function remark(title, text) {
  return { ...said(text), type: "note", tone: "info", title, code: "", folded: "" };
}

/** By the `kind` of what is asked: the card to draw, and what pressing something on it comes to. */
export const KINDS = { prediction, bug, exercise, table };
