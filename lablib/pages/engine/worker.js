// The thread in which a page computes: it opens models (or a tokenizer alone, which has no weights) and
// does what is asked for.

import { openModel, openTokenizer } from "./engine.js";
import { Jobs } from "./jobs.js";
import { TASKS } from "./tasks.js";

const models = new Map();
const channel = new MessageChannel();

/** Comes back after the messages that have arrived by now; a timer would wait 4 ms each time. */
function turn() {
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      channel.port1.onmessage = () => resolve();
      channel.port2.postMessage(null);
    })
  );
}

const jobs = new Jobs(
  ({ model, task, what }) => TASKS[task](models.get(model), what),
  (answer) => self.postMessage(answer),
  turn,
);

let heard = Promise.resolve();

// What comes while a model is being opened waits until it is.
self.onmessage = ({ data }) => (heard = heard.then(() => take(data)));

/** @param {any} message */
async function take({ open, packed, stop, request }) {
  if (open) models.set(open, { model: packed.values && (await openModel(packed)), tokenizer: openTokenizer(packed) });
  else if (stop) jobs.stop(stop);
  else jobs.add(request);
}
