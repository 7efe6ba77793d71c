// The pocket models in a page: computed here, with no kernel and no library. Tests hold every number
// to `transformers`.

import { Bert } from "./bert.js";
import { ByteBpe } from "./byte_bpe.js";
import { Gpt2 } from "./gpt2.js";
import { unpack } from "./packed.js";
import { T5 } from "./t5.js";
import { Unigram } from "./unigram.js";
import { WordPiece } from "./word_piece.js";

/** By `model_type` of a configuration; `TOKENIZERS` in weights.py names the same. */
const ARCHITECTURES = { gpt2: Gpt2, bert: Bert, t5: T5 };

/**
 * A model that reads ids.
 * @param {import("./packed.js").Packed} packed
 * @returns {Promise<Gpt2 | Bert | T5>}
 */
export async function openModel(packed) {
  /** @type {"gpt2" | "bert" | "t5"} */
  const kind = packed.config.model_type;
  return new ARCHITECTURES[kind](packed.config, await unpack(packed));
}

/** By the kind of its model in tokenizer.json. */
const TOKENIZERS = { BPE: ByteBpe, WordPiece, Unigram };

/**
 * A model's tokenizer.
 * @param {import("./packed.js").Packed} packed
 * @returns {ByteBpe | WordPiece | Unigram}
 */
export function openTokenizer({ tokenizer }) {
  /** @type {"BPE" | "WordPiece" | "Unigram"} */
  const kind = tokenizer.model.type;
  return new TOKENIZERS[kind](tokenizer);
}
