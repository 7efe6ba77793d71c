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

STEADY = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  const moving = document.getAnimations();
  const ending = moving.filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(ending.map((one) => one.finished));
}"""
"""Ends when no colour is on its way to another."""


def in_scheme(page, scheme):
    """Let a page of the labs follow the system to "light" or "dark"."""
    page.emulate_media(color_scheme=scheme)
    light = "true" if scheme == "light" else "false"
    page.wait_for_function("(light) => document.body.dataset.jpThemeLight === light", arg=light)
    page.evaluate(STEADY)


def findings(page, *within):
    """What is serious or critical in the parts of a page that these selectors name."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    return page.evaluate(FINDINGS, list(within))
