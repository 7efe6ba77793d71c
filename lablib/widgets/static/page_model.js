// What stands in for Jupyter on a page without a kernel: a widget's model, and its script.

/**
 * What `render` needs of a model, over a plain object. `receive` stands in for the kernel's `send`; what
 * the view sends to the kernel is told as the event "sent".
 */
export function pageModel(state) {
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
    send: (message) => tell("sent", message),
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

const modules = new Map();

/** The module of a widget's script; widgets with the same script share it. */
export function moduleOf(script) {
  const address = () => URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  if (!modules.has(script)) modules.set(script, import(address()));
  return modules.get(script);
}

/** The widget of a model's script, made ready once for all the views of the model. */
async function widgetOf(model, module) {
  const widget = typeof module.default === "function" ? await module.default() : module.default;
  await widget.initialize?.({ model });
  return widget;
}

const widgets = new Map();

/** Draws one widget into an element; gives back its model, its module and the element. */
export async function show(model, el) {
  const module = await moduleOf(model.get("_esm"));
  if (!widgets.has(model)) widgets.set(model, widgetOf(model, module));
  const widget = await widgets.get(model);
  await widget.render({ model, el });
  return { model, module, el };
}

/** Bytes come as text, since JSON has none. */
function bytesOfText(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/**
 * Reads JSON in which bytes stand as `{base64}`, what stands in the page once for many as `{shared}`, and
 * what stands in a script beside the page, which other pages load as well, as `{beside}`.
 */
export function readState(text, shared = []) {
  return JSON.parse(text, (_, value) => {
    if (typeof value?.base64 === "string") return bytesOfText(value.base64);
    if (typeof value?.beside === "string") return globalThis.labBeside?.[value.beside];
    return typeof value?.shared === "number" ? shared[value.shared] : value;
  });
}

const texts = new Map();

/** A text that stands in the page compressed, as `{gzip}` in base64; the same is read once. */
export function textOf({ gzip }) {
  const read = () => new Response(new Blob([bytesOfText(gzip)]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  if (!texts.has(gzip)) texts.set(gzip, read());
  return texts.get(gzip);
}
