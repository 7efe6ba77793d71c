// A thread of the engine: it opens models (or a tokenizer alone, which has no weights) and does what is
// asked for.

import { Jobs } from "./jobs.js";

/**
 * What a thread can open and do.
 * @typedef {object} Engine
 * @property {(packed: any) => Promise<any>} openModel
 * @property {(packed: any) => any} openTokenizer
 * @property {Record<string, (opened: any, what: any) => Iterable<any>>} tasks
 */

/**
 * Answers the page from now on (`client.js`).
 * @param {Engine} engine
 */
export function serve({ openModel, openTokenizer, tasks }) {
  const models = new Map();
  const jobs = new Jobs(
    ({ model, task, what }) => tasks[task](models.get(model), what),
    (answer) => self.postMessage(answer),
    turns(),
  );

  /** @param {any} message */
  async function take({ open, packed, stop, request }) {
    if (open) models.set(open, { model: packed.values && (await openModel(packed)), tokenizer: openTokenizer(packed) });
    else if (stop) jobs.stop(stop);
    else jobs.add(request);
  }

  let heard = Promise.resolve();
  // What comes while a model is being opened waits until it is.
  self.onmessage = ({ data }) => (heard = heard.then(() => take(data)));
}

/** A function that comes back after the messages that have arrived by then; a timer would wait 4 ms each time. */
function turns() {
  const channel = new MessageChannel();
  return () =>
    /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        channel.port1.onmessage = () => resolve();
        channel.port2.postMessage(null);
      })
    );
}
