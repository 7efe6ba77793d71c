// A progress file as text: one line of JSON for each thing that happened, as progress.py reads it.

/** @typedef {import("./standing.js").Event} Event */

/**
 * The events of a progress file, and how many of its lines could not be understood.
 * @param {string} text
 * @returns {{ events: Event[], unreadable: number }}
 */
export function readProgress(text) {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => /[^ \t\v\f]/.test(line));
  const events = lines.map(parsed).filter((event) => event !== null);
  return { events, unreadable: lines.length - events.length };
}

/**
 * The event in a line, or null. What else stands in it is left out.
 * @param {string} line
 * @returns {Event | null}
 */
function parsed(line) {
  let found;
  try {
    found = JSON.parse(line);
  } catch {
    return null;
  }
  const { id, what, value = null, right = null, time = now() } = found ?? {};
  const sound = value === null || ["string", "number", "boolean"].includes(typeof value);
  return sound && [id, what, time].every((one) => typeof one === "string") ? { id, what, value, right, time } : null;
}

/** This moment, as the library writes it: ISO 8601 in UTC, to the second. */
export function now() {
  return `${new Date().toISOString().slice(0, 19)}+00:00`;
}

/**
 * A line of a progress file.
 * @param {Event} event
 */
export function lineOf({ id, what, value = null, right = null, time }) {
  const all = { id, what, value, right, time };
  return JSON.stringify(Object.fromEntries(Object.entries(all).filter(([, one]) => one !== null)));
}

/**
 * The events of two files as one, in the order of their times: what stands in both stands once.
 * @param {Event[]} own
 * @param {Event[]} others
 */
export function merged(own, others) {
  const there = new Set(own.map(lineOf));
  const all = [...own, ...others.filter((event) => !there.has(lineOf(event)))];
  return all.sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)));
}
