// How good what a model writes is, on pairs that it never learned from: `lablib.seq2seq.compute.scoring`.

import { beginning } from "./prompt.js";
import { bleu, chrf } from "./scoring_math.js";
import { searched } from "./translating.js";

/**
 * After each pair how many are done; then all of them, the worst one first, and the figures.
 * @param {import("./translating.js").Opened} opened
 * @param {{ pairs: [source: string, target: string][], beams: number, penalty: number }} what
 */
export function* score(opened, { pairs, beams, penalty }) {
  const { model, tokenizer } = opened;
  const rows = [];
  for (const [text, target] of pairs) {
    const source = yield* model.source(beginning(opened, text).ids);
    const { ids } = yield* searched(model, source, { beams, penalty });
    const written = tokenizer.read(ids).trim();
    rows.push({ source: text, target, written, chrf: chrf([written], [target]) });
    yield { done: rows.length };
  }
  const [written, targets] = [rows.map((row) => row.written), rows.map((row) => row.target)];
  yield {
    rows: rows.sort((one, other) => one.chrf - other.chrf),
    bleu: bleu(written, targets),
    chrf: chrf(written, targets),
    exact: rows.filter((row) => row.written === row.target).length / rows.length,
  };
}
