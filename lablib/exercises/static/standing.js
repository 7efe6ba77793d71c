// Where a learner stands with a question: what `standing` of progress.py says of the same events.

/**
 * @typedef {object} Event   one line of a progress file; see `Event` of progress.py
 * @property {string} id
 * @property {string} what
 * @property {any} [value]
 * @property {any} [right]
 * @property {string} time
 */

/**
 * @typedef {object} Status   see `QuestionStatus` of progress.py
 * @property {"new" | "skipped" | "wrong" | "right"} state
 * @property {any} answer
 * @property {number} tries
 * @property {number} hints
 * @property {boolean} solution
 * @property {boolean} line_found
 */

/** @returns {Status} */
function atTheStart() {
  return { state: "new", answer: null, tries: 0, hints: 0, solution: false, line_found: false };
}

/** @type {Record<string, (before: Status, event: Event) => Partial<Status>>} */
const CHANGES = {
  predicted: (before, { value, right }) => ({ state: verdict(right), answer: value ?? null, tries: before.tries + 1 }),
  skipped: () => ({ state: "skipped" }),
  forgot: () => ({ state: "new", answer: null }),
  checked: (before, { right }) => ({
    state: before.state === "right" ? "right" : verdict(right),
    tries: before.tries + 1,
  }),
  line: (before, { right }) => ({
    state: before.state === "new" ? "wrong" : before.state,
    tries: before.tries + 1,
    line_found: before.line_found || Boolean(right),
  }),
  hint: (before, { value }) => ({ hints: Math.max(before.hints, Number.isInteger(value) ? value : 0) }),
  solution: () => ({ solution: true }),
};

/**
 * @param {any} right
 * @returns {"right" | "wrong"}
 */
function verdict(right) {
  return right ? "right" : "wrong";
}

/**
 * All that happened with a question, summed up.
 * @param {Event[]} events   in the order in which they happened
 * @param {string} id
 * @returns {Status}
 */
export function standing(events, id) {
  const lab = id.split("/")[0];
  let status = atTheStart();
  for (const event of events) {
    if (event.what === "afresh" && event.id.split("/")[0] === lab) status = atTheStart();
    else if (event.id === id && Object.hasOwn(CHANGES, event.what))
      status = { ...status, ...CHANGES[event.what](status, event) };
  }
  return status;
}
