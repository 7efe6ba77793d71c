"""Every panel shows its main control and its main picture at one glance, on a small screen.

At 1366 × 768 with the file list open JupyterLab leaves a notebook 645 pixels of height.
"""

import importlib
import os
import re
from pathlib import Path

import pytest

from tests.browser.rooms import ROOMS, SHOW, SLOW

SMALL, LARGE = {"width": 1366, "height": 768}, {"width": 1920, "height": 1080}
HIGHEST = 640
SHOTS = os.environ.get("LAB_GLANCE")
"""A folder for a picture of each panel, where somebody wants to look at them."""

STILL = """() => new Promise((done) => {
  const panels = () => [...document.querySelectorAll(".lab-panel")];
  const size = () => panels().map((one) => one.offsetHeight).join();
  let [before, same] = ["", 0];
  const look = () => {
    same = size() === before ? same + 1 : 0;
    before = size();
    if (same < 20) requestAnimationFrame(look);
    else done();
  };
  look();
})"""
GLANCE = """(panel) => {
  const frame = panel.getBoundingClientRect();
  const inside = ({ top, bottom, left, right }) =>
    top >= frame.top - 1 && bottom <= frame.bottom + 1 &&
    left >= frame.left - 1 && right <= frame.right + 1;
  const seen = (name) => {
    const open = [...panel.querySelectorAll(name)].filter((one) => one.checkVisibility());
    const places = open.map((one) => one.getBoundingClientRect()).filter((one) => one.height);
    return [places.length > 0, places.every(inside)];
  };
  return {
    height: frame.height,
    control: seen(".lab-main-control"),
    picture: seen(".lab-main-picture"),
    overflow: panel.scrollWidth - panel.clientWidth,
    subtitle: panel.querySelector(".lab-subtitle").offsetHeight,
    state: panel.querySelector(".lab-foot").dataset.state,
  };
}"""


def calls(room):
    """The lines that show the panels of a room, by name, and the import before them."""
    return {name: line for name, line in ROOMS[room].items() if name != "import"}


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_panel_of_a_room_is_looked_at(room):
    public = importlib.import_module(f"lablib.{room}").__all__
    panels = {name for name in public if name.endswith("_panel")}
    assert panels == set(re.findall(r"\.(\w+_panel)\(", " ".join(calls(room).values())))


def stop_what_is_slow(page, room):
    """Where a panel takes minutes to its end, the beginning of its picture is enough."""
    for name, panel in zip(calls(room), page.locator(".lab-panel").all(), strict=True):
        if name in SLOW:
            panel.locator(".lab-main-picture .main-svg").first.wait_for(
                state="attached", timeout=300_000
            )
            stop = panel.locator(".lab-stop")
            if panel.locator(".lab-foot[data-state=working]").count():
                stop.evaluate("(button) => button.click()")


def settled(page):
    """Wait until every panel has its answer and its picture, and nothing moves any more."""
    page.wait_for_function(
        "() => ![...document.querySelectorAll('.lab-foot')]"
        ".some((foot) => foot.dataset.state === 'working')",
        timeout=400_000,
    )
    page.wait_for_function(
        "() => [...document.querySelectorAll('.lab-plot')]"
        ".every((plot) => !plot.checkVisibility() || plot.querySelector('.main-svg'))"
    )
    page.evaluate(STILL)


def glances(page, room, theme):
    """What each panel of the room shows at one glance."""
    settled(page)
    found = {}
    for name, panel in zip(calls(room), page.locator(".lab-panel").all(), strict=True):
        panel.scroll_into_view_if_needed()
        settled(page)
        found[name] = panel.evaluate(GLANCE)
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            width = page.viewport_size["width"]
            panel.screenshot(path=f"{SHOTS}/{name}-{theme.lower()}-{width}.png")
    return found


def wrong(found, highest):
    """What is not in sight, for each panel where something is not."""
    return {
        name: one
        for name, one in found.items()
        if one["height"] > highest
        or one["overflow"] > 0
        or one["subtitle"] > 24
        or one["state"] == "failed"
        or not all(one["control"] + one["picture"])
    }


@pytest.mark.timeout(900)
@pytest.mark.parametrize("room", ROOMS)
def test_control_and_picture_of_every_panel_are_in_sight_together(lab, room):
    page = lab.page
    page.set_viewport_size(SMALL)
    source = "\n".join([SHOW, ROOMS[room]["import"], *calls(room).values()])
    lab.open(lab.write(f"glance-{room}.ipynb", [source]))
    assert page.locator(".jp-FileBrowser").is_visible()
    lab.run_all()
    many = f"document.querySelectorAll('.lab-panel > .lab-foot').length === {len(calls(room))}"
    page.wait_for_function(many)
    stop_what_is_slow(page, room)
    page.set_viewport_size(LARGE)
    assert wrong(glances(page, room, "Light"), 960) == {}
    page.set_viewport_size(SMALL)
    for theme in lab.themes():
        assert wrong(glances(page, room, theme), HIGHEST) == {}
