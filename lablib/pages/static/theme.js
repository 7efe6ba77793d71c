// The reader's own choice of light or dark, said as JupyterLab says it, so that every view follows it.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => (document.body.dataset.jpThemeLight = String(!dark.matches));
  dark.addEventListener("change", follow);
  follow();
})();
