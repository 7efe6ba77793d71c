// The thread of a page on which one model of GPT-2's kind writes: the first page, and a model's own. It
// has no more of the engine than that takes.

import { ByteBpe } from "./byte_bpe.js";
import { Gpt2 } from "./gpt2.js";
import { unpack } from "./packed.js";
import { serve } from "./thread.js";
import { read, writeOn } from "./write_on.js";

serve({
  openModel: async (packed) => new Gpt2(packed.config, await unpack(packed)),
  openTokenizer: ({ tokenizer }) => new ByteBpe(tokenizer),
  tasks: { read, write: writeOn },
});
