// The models that lie in scripts beside the pages: loaded when they are first asked for.

import { Engine } from "../engine/client.js";

/** What stands in a panel's note where its model could not be had. */
function missing(script) {
  return (
    `The file ${script}, which holds the model, could not be loaded from this page\u2019s folder. So what is greyed shows ` +
    "what it showed when the page was made. Keep the pages and their scripts in one folder, or open the lab in JupyterLab."
  );
}

/** The models of a page: each is loaded and opened when it is first asked for. */
export class Library {
  /**
   * @param {string} worker   the script of the engine's thread
   * @param {Record<string, { script: string }>} carried   in which script each model is
   */
  constructor(worker, carried) {
    this._worker = worker;
    this._carried = carried;
    /** @type {Engine | undefined} */
    this._engine = undefined;
    this._loaded = new Map();
    this._opened = new Map();
  }

  get engine() {
    this._engine ??= new Engine(this._worker);
    return this._engine;
  }

  /** Resolves once a model is open; fails with a sentence. */
  open(name) {
    if (!this._opened.has(name)) this._opened.set(name, this._open(name));
    return this._opened.get(name);
  }

  async _open(name) {
    const { script } = this._carried[name];
    if (!this._loaded.has(script)) this._loaded.set(script, load(script));
    await this._loaded.get(script);
    this.engine.open(name, globalThis.labModels[name]);
    delete globalThis.labModels[name]; // the worker has it now
  }
}

/** Runs a script that lies beside the page, or takes what the page holds in its place. */
function load(script) {
  const inside = document.querySelector(`script[data-script="${script}"]`);
  if (inside) {
    globalThis.labModels = { ...globalThis.labModels, ...JSON.parse(inside.textContent) };
    inside.remove(); // the text is as large as the model
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    const tag = document.createElement("script");
    tag.src = script;
    tag.addEventListener("load", resolve);
    tag.addEventListener("error", () => reject(new Error(missing(script))));
    document.head.append(tag);
  });
}
