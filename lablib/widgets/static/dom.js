// What every view of ours needs to build its page.

/** An element with a class and a text; the text is never read as HTML. */
function element(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}

/** Keeps the keys pressed in a node from JupyterLab's shortcuts, which take arrows and digits. */
function keepKeys(node) {
  node.addEventListener("keydown", (event) => event.stopPropagation());
}
