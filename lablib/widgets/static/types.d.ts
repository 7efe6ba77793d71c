// What the type check of the scripts has to know; nothing of this is sent to a browser.

interface Window {
  /** Resolves once a page without a kernel is drawn, to the model, module and element of each widget. */
  shown?: Promise<{ model: any; module: any; el: Element }[]>;
  /** plotly's widget, which is loaded once for all plots of a page. */
  lablibPlotly?: Promise<any>;
}
