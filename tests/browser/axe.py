"""axe-core, which finds what keeps people from using a page."""

from pathlib import Path

import axe_playwright_python

SCRIPT = Path(axe_playwright_python.__file__).with_name("axe.min.js")
FINDINGS = """async (within) => {
  const include = within.filter((selector) => document.querySelector(selector)).map((one) => [one]);
  // Style sheets are not read in advance: a page from the disk may not ask for them.
  const settings = { resultTypes: ["violations"], preload: false };
  const { violations } = await axe.run({ include }, settings);
  const about = ({ html, any }) => [html.slice(0, 160), any[0]?.message];
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => [id, nodes.map(about)]);
}"""


def findings(page, *within):
    """What is serious or critical in the parts of a page that these selectors name."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    return page.evaluate(FINDINGS, list(within))
