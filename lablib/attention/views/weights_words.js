// How the attention view writes numbers and links, and how it tells heads apart.

import { KINDS } from "../../widgets/static/colours.js";
import { columnShares } from "./weights_math.js";
import { percentText, quoted } from "./words.js";

const DASHES = [[], [10, 3], [2, 2], [8, 3, 2, 3]];

/** A head's colour; six heads share the dashes of their line, so that no two of 24 look the same. */
export const kindOf = (head) => KINDS[head % KINDS.length];
export const dashOf = (head) => DASHES[Math.floor(head / KINDS.length) % DASHES.length];

/** A sum over tokens: "1.31", or a share below one. */
export const amount = (sum) => (sum >= 1.005 ? sum.toFixed(2) : percentText(sum));

/** "head 3", "heads 3, 5 and 7", "12 heads" */
export function headsText(heads) {
  if (heads.length > 6) return `${heads.length} heads`;
  const names = heads.join(", ").replace(/, (\d+)$/, " and $1");
  return heads.length === 1 ? `head ${names}` : `heads ${names}`;
}

/** One link in words. */
export function linkText({ queries, keys, rows, columns }, { head, row, column, weight }, voice) {
  const link = `${quoted(queries[rows[row]], voice)} (${rows[row]}) looks at ${quoted(keys[columns[column]], voice)} (${columns[column]})`;
  return `${link}: ${percentText(weight)}, head ${head}`;
}

/** The picture in a sentence or two. */
export function sentence(picture) {
  const { layer, heads, rows, columns, keys, links, note } = picture;
  const where = `Layer ${layer}, ${headsText(heads.map(({ head }) => head))}`;
  const [best] = links;
  if (!best) return `${where}: no weight in this picture.${note}`;
  const shares = columnShares(heads, columns.length);
  const most = shares.indexOf(Math.max(...shares));
  const place = columns[most];
  return (
    `${where}: ${rows.length} tokens look at ${columns.length}. The strongest link: ${linkText(picture, best)}. ` +
    `Most looked at: ${quoted(keys[place])} (${place}), with ${percentText(shares[most])} of the weight shown.${note}`
  );
}
