// Tables and bars that a stand-in fills: texts alone, so that nothing in them can be a tag.

import { element } from "../../widgets/static/dom.js";

/**
 * @typedef {object} Table
 * @property {string} caption
 * @property {"ladder" | "grid" | "table"} [kind]   how it looks: a ladder of texts, a grid of colours, or words and numbers
 * @property {Heading[]} [columns]
 * @property {Row[]} rows
 * @property {number} [words]   how many columns, the first ones, are words, which stand at the left
 */

/** @typedef {{ text: string, title?: string }} Heading */
/** @typedef {{ name?: string, cells: Cell[] }} Row */
/** @typedef {{ text: string | null, title?: string, span?: number, strength?: number }} Cell   with no text: a gap;
 *   `strength` from 0 to 1 is its colour's */

/**
 * A wide one scrolls in a region of its own, with the keyboard, too.
 * @param {Table} table
 */
export function table({ caption, kind = "ladder", columns = [], rows, words = 1 }) {
  const region = element("div", "page-scroll");
  region.tabIndex = 0;
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", caption);
  const node = element("table", `page-${kind}`);
  node.append(element("caption", "", caption));
  if (columns.length) node.append(headings(columns));
  node.append(...rows.map(row));
  for (const { cells } of node.rows) for (const cell of [...cells].slice(0, words)) cell.classList.add("page-word");
  region.append(node);
  return region;
}

/** @typedef {{ label: string, rows: { text: string, share: number, number: string }[] }} Bars   `share` of the longest there can be */

/**
 * A bar for each text, with its number.
 * @param {Bars} bars
 */
export function bars({ label, rows }) {
  const node = element("div", "page-bars");
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", label);
  for (const { text, share, number } of rows) {
    const bar = element("div", "page-bar");
    bar.style.width = `${Math.round(70 * share)}%`;
    const value = element("div", "page-bar-value");
    value.append(bar, number);
    node.append(element("bdi", "", text), value);
  }
  return node;
}

/** @param {Heading[]} columns */
function headings(columns) {
  const node = element("tr");
  for (const { text, title = "" } of columns) node.append(heading(text, "col", title));
  return node;
}

/**
 * @param {string} text
 * @param {"row" | "col"} scope
 */
function heading(text, scope, title = "") {
  const node = element("th", "", text);
  Object.assign(node, { scope, title });
  return node;
}

/** @param {Row} row */
function row({ name, cells }) {
  const node = element("tr");
  if (name !== undefined) node.append(heading(name, "row"));
  node.append(...cells.map(cell));
  return node;
}

/** @param {Cell} cell */
function cell({ text, title = "", span = 1, strength }) {
  const node = element("td", text === null ? "page-gap" : "");
  node.colSpan = span;
  node.title = title;
  if (strength !== undefined) node.style.setProperty("--strength", `${Math.round(40 * strength)}%`);
  if (text !== null) node.append(element("bdi", "", text));
  return node;
}
