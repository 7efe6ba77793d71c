// Widgets on a page without a kernel, one below the other.

import { element } from "./dom.js";
import { pageModel, readState, show } from "./page_model.js";

const states = readState(document.getElementById("widgets").textContent);
window.shown = Promise.all(
  states.map((state) => {
    const style = element("style", "", state._css);
    const el = element("div");
    document.head.append(style);
    document.body.append(el);
    return show(pageModel(state), el);
  }),
);
