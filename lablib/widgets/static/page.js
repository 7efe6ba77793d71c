// Widgets on a page without a kernel, one below the other.

const states = readState(document.getElementById("widgets").textContent);
window.shown = Promise.all(
  states.map((state) => {
    const style = element("style", "", state._css);
    const el = element("div");
    document.head.append(style);
    document.body.append(el);
    return show(state, el);
  }),
);
