// A page's side of the engine: the worker made from a text, since a page may fetch none.

export class Engine {
  /** @param {string} source   worker.js with all that it imports */
  constructor(source) {
    const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this._worker = new Worker(address);
    URL.revokeObjectURL(address);
    this._worker.onmessage = ({ data }) => this._answered(data);
    this._asked = new Map();
    this._numbers = 0;
  }

  /**
   * Makes a model known by its name.
   * @param {string} name
   * @param {import("./packed.js").Packed} packed
   */
  open(name, packed) {
    this._worker.postMessage({ open: name, packed });
  }

  /**
   * Asks for a task of `tasks.js`. What the same owner has asked for before is stopped: the latest wins.
   * @param {string} owner
   * @param {string} model
   * @param {string} task
   * @param {any} what
   * @param {(part: any) => void} onPart   is given each part; none after the promise is settled
   * @returns {Promise<"done" | "stopped">}   fails with one sentence for the reader
   */
  run(owner, model, task, what, onPart) {
    const number = ++this._numbers;
    const answer = new Promise((resolve, reject) => this._asked.set(number, { resolve, reject, onPart }));
    this._worker.postMessage({ request: { number, owner, model, task, what } });
    return answer;
  }

  /** @param {string} owner */
  stop(owner) {
    this._worker.postMessage({ stop: owner });
  }

  /** @param {any} answer */
  _answered({ number, part, end, message }) {
    const { resolve, reject, onPart } = this._asked.get(number);
    if (!end) return onPart(part);
    this._asked.delete(number);
    if (end === "failed") reject(new Error(message));
    else resolve(end);
  }

  /** Ends the worker, and all that it is at. */
  close() {
    this._worker.terminate();
  }
}
