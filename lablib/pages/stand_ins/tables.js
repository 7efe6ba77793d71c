// Tables that stand-ins fill, as the page's script draws them (`static/tables.js`).

/**
 * A table of words and numbers.
 * @param {string} caption
 * @param {Record<string, string>} columns   by the name of each, what it is
 * @param {string[][]} rows
 * @param {number} words   how many columns, the first ones, are words
 */
export function table(caption, columns, rows, words = 1) {
  const headings = Object.entries(columns).map(([text, title]) => ({ text, title }));
  const shown = rows.map((cells) => ({ cells: cells.map((text) => ({ text })) }));
  return { table: { kind: "table", caption, columns: headings, rows: shown, words } };
}
