// What every view of ours needs to build its page.

/** An element with a class and a text; the text is never read as HTML. */
export function element(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}

/** A button with a class and words, and what a press does. */
export function button(className, words, press) {
  const node = element("button", className, words);
  node.type = "button";
  node.addEventListener("click", press);
  return node;
}

/** Draws now, and whenever one of some traits changes; gives back what ends that. */
export function follow(model, events, draw) {
  model.on(events, draw);
  draw();
  return () => model.off(events, draw);
}

/** Keeps the keys pressed in a node from JupyterLab's shortcuts, which take arrows and digits. */
export function keepKeys(node) {
  node.addEventListener("keydown", (event) => event.stopPropagation());
}

/** Write a text only where it changed: the browser then has nothing to lay out. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Where a point of the window is in an element, from its left and top edge, in the element's own
 * pixels: on a full screen one of them takes more than one of the window's.
 * @param {Element} node
 * @param {{ clientX: number, clientY: number }} point such as an event of a pointer
 */
export function placeIn(node, { clientX, clientY }) {
  const { left, top } = node.getBoundingClientRect();
  const zoom = zoomOf(node);
  return [(clientX - left) / zoom, (clientY - top) / zoom];
}

/** How many of the window's pixels one of an element's own takes; browsers from before 2024 do not say. */
export function zoomOf(node) {
  return node.currentCSSZoom ?? 1;
}

/** The bytes of a trait: a DataView from Jupyter, a typed array or a buffer on a page. */
export function bytesOf(value) {
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value ?? 0);
}

/** Acts at once, then at most once a frame: the first move waits for nothing, the last is never lost. */
export function oncePerFrame(act) {
  let busy = false;
  /** @type {[any] | null} what the first of those that wait was called with, which may be nothing */
  let waiting = null;
  const run = (since) => {
    busy = true;
    waiting = null;
    requestAnimationFrame(() => {
      busy = false;
      if (waiting) run(...waiting);
    });
    act(since);
  };
  return (since) => {
    if (!busy) run(since);
    else waiting ??= [since];
  };
}
