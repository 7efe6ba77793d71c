// Work in a row, the newest wish of each owner alone: the one rule of a kernel's worker, too.

/**
 * @typedef {object} Request
 * @property {number} number   by which its answers are told from others
 * @property {string} owner    whose newer request takes its place
 * @property {boolean} [stopped]
 */

export class Jobs {
  /**
   * @param {(request: any) => Iterable<any>} start   begins the work; null is a part with nothing to tell
   * @param {(answer: any) => void} post              is told each part, and how it ended
   * @param {() => Promise<void>} turn                lets others have their turn, so that requests come in
   */
  constructor(start, post, turn) {
    this._start = start;
    this._post = post;
    this._turn = turn;
    /** @type {Request[]} */
    this._waiting = [];
    /** @type {Request | undefined} */
    this._running = undefined;
  }

  /**
   * Does this once its turn comes; what its owner had asked for before is stopped.
   * @param {Request} request
   */
  add(request) {
    this.stop(request.owner);
    this._waiting.push(request);
    if (!this._running) this._work();
  }

  /**
   * Stops what somebody has asked for, whether it waits or runs.
   * @param {string} owner
   */
  stop(owner) {
    for (const { number } of this._waiting.filter((one) => one.owner === owner)) this._post({ number, end: "stopped" });
    this._waiting = this._waiting.filter((one) => one.owner !== owner);
    if (this._running?.owner === owner) this._running.stopped = true;
  }

  async _work() {
    while ((this._running = this._waiting.shift())) {
      const { number } = this._running;
      this._post({ number, ...(await this._done(this._running)) });
    }
  }

  /** @param {Request} request */
  async _done(request) {
    try {
      for (const part of this._start(request)) {
        if (part !== null) this._post({ number: request.number, part });
        await this._turn();
        if (request.stopped) return { end: "stopped" };
      }
      return { end: "done" };
    } catch (error) {
      return { end: "failed", message: error instanceof Error ? error.message : String(error) };
    }
  }
}
