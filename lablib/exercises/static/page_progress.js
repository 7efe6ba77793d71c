// A learner's progress on a page: kept in the browser, where it lets the page, as the text of a progress file.

import { lineOf, merged, now, readProgress } from "./progress_text.js";

const KEY = "language-model-labs-progress";

class PageProgress extends EventTarget {
  constructor() {
    super();
    /** Whether the browser keeps what is done here after the page is closed. */
    this.kept = true;
    this.text = "";
    this.read();
    // Another page of the labs has noted something down, now or while this one was away: a page to
    // which one goes back is as it was left, and was told of nothing meanwhile.
    window.addEventListener("storage", ({ key }) => key === KEY && this.follow());
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.follow());
  }

  follow() {
    this.read();
    this.tell(true);
  }

  /** What is kept becomes what is known; some browsers keep nothing for a page from the disk. */
  read() {
    try {
      this.text = localStorage.getItem(KEY) ?? this.text;
    } catch {
      this.kept = false;
    }
    this.events = readProgress(this.text).events;
  }

  /** @param {boolean} elsewhere   whether it came from another page or from a file */
  tell(elsewhere) {
    this.dispatchEvent(new CustomEvent("change", { detail: { elsewhere } }));
  }

  keep(text) {
    this.text = text;
    try {
      localStorage.setItem(KEY, text);
    } catch {
      this.kept = false;
    }
    this.events = readProgress(text).events;
  }

  /** Notes down one thing, after what other pages have noted meanwhile. */
  add(event) {
    this.read();
    this.keep(`${this.text}${lineOf({ ...event, time: now() })}\n`);
    this.tell(false);
  }

  /** Takes in the text of a progress file; how many lines of it are new, and could not be read. */
  takeIn(text) {
    this.read();
    const { events, unreadable } = readProgress(text);
    const all = merged(this.events, events);
    const added = all.length - this.events.length;
    this.keep(all.map((event) => `${lineOf(event)}\n`).join(""));
    this.tell(true);
    return { added, unreadable };
  }

  /** The learner's own number, by which options are put in order; drawn when first asked for. */
  seed() {
    const found = this.events.find(({ what, value }) => what === "seed" && typeof value === "number");
    if (found) return found.value;
    const [seed] = crypto.getRandomValues(new Uint32Array(1));
    this.keep(`${this.text}${lineOf({ id: "learner", what: "seed", value: seed, time: now() })}\n`);
    return seed;
  }
}

export const progress = new PageProgress();

/** Hands the progress file to the reader. */
export function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([progress.text], { type: "application/jsonl" }));
  link.download = "progress.jsonl";
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Asks the reader for a progress file; a sentence on what came of it goes to `said`. */
export function askForFile(said) {
  const field = document.createElement("input");
  field.type = "file";
  field.accept = ".jsonl";
  field.addEventListener("change", async () => {
    const { added, unreadable } = progress.takeIn(await field.files[0].text());
    const lines = (count) => (count === 1 ? "1 line" : `${count} lines`);
    const left = unreadable ? ` ${lines(unreadable)} could not be read: is it a progress file?` : "";
    said(`${lines(added)} of it ${added === 1 ? "is" : "are"} new here.${left}`);
  });
  field.click();
}

/** Where the answers are kept, in a sentence. */
export function whereKept() {
  return progress.kept
    ? "Your answers are kept in this browser."
    : "This browser keeps nothing for this page: your answers last until it is closed, unless you download them.";
}
