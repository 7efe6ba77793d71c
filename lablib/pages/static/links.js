// A link that opens a page with one of its panels as it stood: which panel, which model, and how its
// controls were set, as JSON behind the page's address.
//
// Anybody may have written what stands there. So it is bounded, it is never code and never HTML, and of it
// a control only takes what a reader could have set it to; all else is left out, and said.

const MARK = "#state=";
export const LONGEST = 20_000; // characters of an address

/**
 * What a link opens.
 * @typedef {object} State
 * @property {string} panel                  its name on the page
 * @property {string} model                  that computes
 * @property {Record<string, any>} settings  values by `part.trait`
 */

/** Names for a page's panels, in their order: `knobs-1` is the first that the script `knobs` answers for. */
export function panelNames(panels) {
  const counts = {};
  const name = ({ script }) => `${script}-${(counts[script] = (counts[script] ?? 0) + 1)}`;
  return Object.fromEntries(Object.entries(panels).map(([id, about]) => [name(about), id]));
}

/**
 * What follows a page's address in a link.
 * @param {State} state
 */
export function fragmentOf(state) {
  return MARK + encodeURIComponent(JSON.stringify(state));
}

/**
 * The state that an address asks for; null where it asks for none.
 * @param {string} fragment   from the # on
 * @returns {State | null}
 * @throws {Error} with a sentence, if it cannot be read
 */
export function stateOf(fragment) {
  if (!fragment.startsWith(MARK)) return null;
  if (fragment.length > LONGEST) throw new Error("The link to a state is too long, so nothing of it was set.");
  const { panel, model, settings } = parsed(fragment.slice(MARK.length)) ?? {};
  if (typeof panel !== "string" || typeof model !== "string" || !isRecord(settings))
    throw new Error("The link to a state cannot be read, so nothing of it was set. It may have been cut off: copy it once more.");
  return { panel, model, settings };
}

function parsed(text) {
  try {
    return JSON.parse(decodeURIComponent(text));
  } catch {
    return null;
  }
}

function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What of a widget a link may set.
 * @typedef {object} Setting
 * @property {() => any} read                how it stands
 * @property {(value: any) => any} take      the value that it takes for one that is asked for; undefined for none
 * @property {(value: any) => void} write
 */

/** How some settings stand. */
export function readAll(settings) {
  return Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, setting.read()]));
}

/**
 * Sets what a link asks for.
 * @param {Record<string, Setting>} settings   of the panel, by `part.trait`
 * @param {Record<string, any>} asked
 * @returns {number} how much of it was left out, since the panel has no such control or it cannot be so
 */
export function writeAll(settings, asked) {
  const known = Object.keys(settings).filter((name) => Object.hasOwn(asked, name));
  const taken = known.map((name) => ({ ...settings[name], value: settings[name].take(asked[name]) })).filter(({ value }) => value !== undefined);
  // Twice, since a control may move another.
  for (const { read, write, value } of [...taken, ...taken]) if (!same(read(), value)) write(value);
  return Object.keys(asked).length - taken.length;
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What was left out, in a sentence. */
export function leftWords(count) {
  if (!count) return "";
  const many = count === 1 ? "One setting of the link does" : `${count} settings of the link do`;
  return `${many} not fit this panel and ${count === 1 ? "was" : "were"} left out.`;
}
