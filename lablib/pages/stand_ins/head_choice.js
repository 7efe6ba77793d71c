// The two sliders that choose a head (`lablib.attention.panel.head_choice`).

export class HeadChoice {
  /**
   * @param {import("./stand_in.js").StandIn} panel
   * @param {string} name   of the part
   * @param {() => void} onChange
   */
  constructor(panel, name, onChange) {
    this._panel = panel;
    this._parts = { layer: `${name}.layer_slider`, head: `${name}.head_slider` };
    this._fitting = false;
    for (const part of Object.values(this._parts)) panel.on(part, "change:value", () => this._fitting || onChange());
  }

  get layer() {
    return this._panel.get(this._parts.layer, "value");
  }

  get head() {
    return this._panel.get(this._parts.head, "value");
  }

  /**
   * Offers the layers and heads that a model has; what it lacks becomes its last.
   * @param {{ layers: number, heads: number }} there
   */
  fit({ layers, heads }) {
    this._fitting = true;
    this._panel.set(this._parts.layer, { max: layers - 1, value: Math.min(this.layer, layers - 1) });
    this._panel.set(this._parts.head, { max: heads - 1, value: Math.min(this.head, heads - 1) });
    this._fitting = false;
  }
}
