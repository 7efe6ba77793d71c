// Widgets on a page without a kernel: each gets a model that keeps its state here.

/** What `render` needs of a model, over a plain object. `receive` stands in for the kernel's `send`. */
function pageModel(state) {
  const page = new EventTarget();
  const heard = new Map();
  const tell = (event, detail) => page.dispatchEvent(new CustomEvent(event, { detail }));
  return {
    get: (name) => state[name],
    set(name, value) {
      if (state[name] === value) return;
      state[name] = value;
      tell(`change:${name}`);
      tell("change");
    },
    save_changes() {},
    send() {},
    receive: (message) => tell("msg:custom", message),
    on(events, act) {
      heard.set(act, (event) => act(event.detail));
      for (const event of events.split(" ")) page.addEventListener(event, heard.get(act));
    },
    off(events, act) {
      for (const event of events.split(" ")) page.removeEventListener(event, heard.get(act));
    },
  };
}

/** Draws one widget at the end of the page; gives back its model, its module and its element. */
async function show({ esm, css, state }) {
  const style = element("style", "", css);
  const el = element("div");
  document.head.append(style);
  document.body.append(el);
  const module = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
  const model = pageModel(state);
  module.default.initialize?.({ model });
  module.default.render({ model, el });
  return { model, module, el };
}

/** Bytes come as text, since JSON has none. */
function revive(_, value) {
  if (typeof value?.base64 !== "string") return value;
  const text = atob(value.base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const widgets = JSON.parse(document.getElementById("widgets").textContent, revive);
window.shown = Promise.all(widgets.map(show));
