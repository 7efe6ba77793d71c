// Draws a card from plain data (see cards.py) and reports what is pressed. Whatever a question, an
// answer or an error says stays text: everything goes through `element` of widgets/static/dom.js.

import { button, element, follow } from "../../widgets/static/dom.js";
import { withLateStart } from "../../widgets/static/late_start.js";

function box(tag, className, ...children) {
  const node = element(tag, className);
  node.append(...children);
  return node;
}

// A piece is a text and the tags around it, the outermost first (see markup.py).
function inline(pieces) {
  return pieces.map(([text, ...tags]) =>
    tags.reduceRight((inside, tag) => box(tag, "", inside), document.createTextNode(text)),
  );
}

function paragraphs(parts) {
  return parts.map((pieces) => box("p", "", ...inline(pieces)));
}

// The space keeps a screen reader from making one word of a mark and what stands before it.
function mark(words) {
  return [" ", element("span", "lab-ex-mark", words)];
}

function pressable(label, className, press) {
  const node = button(className, "", press);
  node.append(...label);
  return node;
}

const blocks = {
  text: (block) => box("div", "", ...paragraphs(block.parts)),

  note(block) {
    const heading = element("strong", "lab-ex-note-title", block.title);
    const node = box("div", `lab-ex-note lab-ex-${block.tone}`, heading);
    node.append(...paragraphs(block.parts));
    if (block.code) node.append(element("pre", "lab-pre", block.code));
    if (block.folded) {
      const summary = element("summary", "", "Details");
      node.append(box("details", "lab-fold", summary, element("pre", "lab-pre", block.folded)));
    }
    return node;
  },

  code(block) {
    const caption = element("figcaption", "", block.label);
    return box("figure", "", caption, element("pre", "lab-pre", block.text));
  },

  choices(block, send) {
    const list = element("ul", "lab-ex-choices");
    for (const option of block.options) {
      const tone = option.tone ? `lab-ex-${option.tone}` : "";
      const words = option.parts.flatMap(inline);
      if (!block.done) {
        list.append(
          box("li", "", pressable(words, "lab-ex-choice", () => send("answer", option.value))),
        );
        continue;
      }
      const marks = option.marks.flatMap((words) => mark(words));
      const text = box("span", "", ...words);
      list.append(box("li", `lab-ex-choice ${tone}`, text, ...marks));
    }
    return list;
  },

  number(block, send) {
    const input = element("input", "lab-input lab-ex-number");
    input.type = "number";
    input.step = "any";
    input.required = true;
    input.setAttribute("aria-label", block.label);
    const unit = element("span", "", block.unit);
    const submit = element("button", "lab-button", "This is my guess");
    const form = box("form", "lab-ex-actions", input, unit, submit);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send("answer", input.valueAsNumber);
    });
    // JupyterLab's own keys (Enter, A, B …) must not see what is typed here.
    input.addEventListener("keydown", (event) => event.stopPropagation());
    return form;
  },

  lines(block, send) {
    const list = element("ol", "lab-ex-lines");
    block.text.split("\n").forEach((text, index) => {
      const number = String(index + 1);
      const tone = block.marks[number];
      const choose = () => send("line", index + 1);
      const key = pressable([number], "lab-ex-line-number", choose);
      key.setAttribute("aria-label", `Line ${number}: ${text.trim() || "empty"}`);
      const code = element("code", "", text || " ");
      const row = box("li", tone ? `lab-ex-${tone}` : "", key, code);
      if (tone) row.append(...mark(tone === "right" ? "the bug" : "not this"));
      // A click on the code counts too, unless it is the end of selecting some of it.
      code.addEventListener("click", () => {
        if (document.getSelection().isCollapsed) choose();
      });
      list.append(row);
    });
    list.addEventListener("keydown", (event) => moveBetweenLines(event, list));
    return list;
  },

  table(block) {
    const head = block.head.map((text) => {
      const cell = element("th", "", text);
      cell.scope = "col";
      return cell;
    });
    const rows = block.rows.map((row) =>
      box("tr", "", ...row.map((text) => element("td", "", text))),
    );
    const table = box(
      "table",
      "lab-ex-table",
      box("thead", "", box("tr", "", ...head)),
      box("tbody", "", ...rows),
    );
    table.tabIndex = 0; // a wide one scrolls, with the keyboard, too
    return table;
  },

  actions(block, send) {
    const buttons = block.buttons.map((one) =>
      pressable([one.label], one.quiet ? "lab-ex-link" : "lab-button", () =>
        send(one.do, one.value),
      ),
    );
    return box("div", "lab-ex-actions", ...buttons);
  },
};

function moveBetweenLines(event, list) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const keys = [...list.querySelectorAll("button")];
  const next = keys[keys.indexOf(event.target) + step];
  if (next) next.focus();
  event.preventDefault();
  event.stopPropagation();
}

function draw(content, send) {
  const label = element("span", "lab-ex-label", content.label);
  const title = element("strong", "lab-ex-title", content.title);
  const about = element("span", "lab-ex-about", content.about);
  const body = content.blocks.map((block) => blocks[block.type](block, send));
  return [box("header", "", label, title, about), ...body];
}

function render({ model, el }) {
  const card = element("section", "lab-ex-card");
  const status = element("p", "lab-ex-status");
  status.setAttribute("role", "status");
  el.append(card, status);

  let presses = 0;
  let waiting;
  const send = (what, value) => {
    presses += 1;
    model.send({ do: what, value, press: presses });
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      status.textContent =
        "No answer from the kernel yet. It may be busy; if it was stopped, run the cell again.";
    }, 3000);
  };

  // The result of the press is read out, and the focus stays where the reader was.
  const announce = () => {
    const note = model.get("content").blocks.findLast((block) => block.type === "note");
    status.textContent = note ? "" : status.textContent;
    if (!note || !presses) return;
    status.replaceChildren(element("span", "lab-ex-unseen", `${note.title}. ${note.text}`));
  };

  const redraw = () => {
    clearTimeout(waiting);
    const focusables = () => [...card.querySelectorAll("button, input, summary")];
    const inside = card.contains(document.activeElement);
    const place = focusables().indexOf(document.activeElement);
    card.replaceChildren(...draw(model.get("content"), send));
    const { label, title } = model.get("content");
    card.setAttribute("aria-label", `${label}: ${title}`);
    announce();
    if (inside) (focusables()[place] ?? focusables().at(-1))?.focus();
  };

  const answered = (message) => {
    if (message.answered !== presses) return;
    clearTimeout(waiting);
    if (!status.querySelector(".lab-ex-unseen")) status.textContent = "";
  };

  model.on("msg:custom", answered);
  const end = follow(model, "change:content", redraw);
  return () => {
    clearTimeout(waiting);
    model.off("msg:custom", answered);
    end();
  };
}

export default withLateStart({ render });
