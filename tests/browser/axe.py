"""axe-core, which finds what keeps people from using a page."""

from pathlib import Path

import axe_playwright_python

SCRIPT = Path(axe_playwright_python.__file__).with_name("axe.min.js")
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules about colours that are on."""
FINDINGS = """async ([within, rules]) => {
  const include = within.filter((selector) => document.querySelector(selector)).map((one) => [one]);
  // Style sheets are not read in advance: a page from the disk may not ask for them.
  const runOnly = rules ? { type: "rule", values: rules } : undefined;
  const settings = { resultTypes: ["violations"], preload: false, runOnly };
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

STRUCTURE = """() => [...document.querySelectorAll("body, body *")].map((one) => {
  const { left, top, width, height } = one.getBoundingClientRect();
  const attributes = [...one.attributes].filter(
    ({ name }) => !/^(style|fill|stroke|data-jp-theme-light)/.test(name));
  const texts = [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
  return [one.localName, one.checkVisibility(), left, top, width, height,
    ...attributes.map(({ name, value }) => [name, value]), ...texts.map(({ data }) => data)];
}).join("\\n")"""
"""All of a page that axe-core looks at, but for its colours."""


def in_scheme(page, scheme):
    """Let a page of the labs follow the system to "light" or "dark"."""
    page.emulate_media(color_scheme=scheme)
    light = "true" if scheme == "light" else "false"
    page.wait_for_function("(light) => document.body.dataset.jpThemeLight === light", arg=light)
    page.evaluate(STEADY)


def findings(page, *within, rules=None):
    """What is serious or critical in the parts of a page that these selectors name.

    Args:
        rules: the names of those to ask; None for all that are on.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    return page.evaluate(FINDINGS, [list(within), rules])


def findings_in_both_schemes(page):
    """What is serious or critical in a page of the labs, dark and light.

    In a page that is the same but for its colours, all other rules would say the same again.
    """
    in_scheme(page, "dark")
    found, dark = findings(page, "html"), page.evaluate(STRUCTURE)
    colours = page.evaluate("axe.getRules(['cat.color']).map(({ ruleId }) => ruleId)")
    assert {*colours} == {*COLOURS, "color-contrast-enhanced"}  # that one is off
    in_scheme(page, "light")
    rules = COLOURS if page.evaluate(STRUCTURE) == dark else None
    return found + findings(page, "html", rules=rules)
