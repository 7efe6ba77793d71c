"""Every panel shows its main control and its main picture at one glance, on a small screen; and
what is typed into it is never run.

At 1366 × 768 with the file list open JupyterLab leaves a notebook 645 pixels of height.
"""

import importlib
import os
import re
from pathlib import Path

import pytest

from tests.browser.conftest import settled
from tests.browser.rooms import ROOMS, SHOW, SLOW
from tests.looking import ran

SMALL, LARGE = {"width": 1366, "height": 768}, {"width": 1920, "height": 1080}
HIGHEST = 640
JOIN = "from lablib.widgets import WORKER; assert WORKER.join(240)"
RUN_ME = "<img src=x onerror='window.broken=1'></script><script>window.broken=1</script>"
PAYLOAD = f"English: a {RUN_ME} $x$ [MASK]"
"""A text that is something to every panel, and must not be run by any."""
READ_ANYTHING = {
    "steps", "multihead", "positions", "heads", "bertviz", "writing", "muting", "layers",
    "tokens", "compare", "word", "training", "languages", "vocabulary", "corners",
}  # fmt: skip
"""Panels that read whatever is typed, and show it as they show anything else."""
SHOTS = os.environ.get("LAB_GLANCE")
"""A folder for a picture of each panel, where somebody wants to look at them."""

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
    said: panel.querySelector(".lab-foot").innerText,
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


def glances(page, room, theme):
    """What each panel of the room shows at one glance, once all have come into sight."""
    panels = page.locator(".lab-panel").all()
    for panel in panels:  # some pictures are drawn only then
        panel.scroll_into_view_if_needed()
    settled(page)
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        width = page.viewport_size["width"]
        for name, panel in zip(calls(room), panels, strict=True):
            panel.screenshot(path=f"{SHOTS}/{name}-{theme.lower()}-{width}.png")
    return {name: one.evaluate(GLANCE) for name, one in zip(calls(room), panels, strict=True)}


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


def type_into_every_panel(lab, text):
    """Type into every field for texts, and wait until all is computed and drawn."""
    page = lab.page
    for area in page.locator(".lab-area:visible:enabled").all():
        area.fill(text)
        area.blur()
    for button in page.get_by_role("button", name="Write", exact=True, disabled=False).all():
        button.click()
    lab.run_cell(1, wait=False)
    lab.wait_idle(300)
    settled(page)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("room", ROOMS)
def test_control_and_picture_of_every_panel_are_in_sight_together(lab, room):
    page = lab.page
    page.set_viewport_size(SMALL)
    source = "\n".join([SHOW, ROOMS[room]["import"], *calls(room).values()])
    lab.open(lab.write(f"glance-{room}.ipynb", [source, JOIN]))
    assert page.locator(".jp-FileBrowser").is_visible()
    lab.run_cell(0, wait=False)
    lab.wait_idle(300)
    many = f"document.querySelectorAll('.lab-panel > .lab-foot').length === {len(calls(room))}"
    page.wait_for_function(many)
    stop_what_is_slow(page, room)
    page.set_viewport_size(LARGE)
    assert wrong(glances(page, room, "Light"), 960) == {}
    page.set_viewport_size(SMALL)
    for theme in lab.themes():
        assert wrong(glances(page, room, theme), HIGHEST) == {}

    type_into_every_panel(lab, PAYLOAD)
    assert not ran(page)
    assert page.locator(".lab-panel img[src=x]").count() == 0
    found = glances(page, room, "Payload")
    read = [found[name] for name in READ_ANYTHING & found.keys()]
    assert [one for one in read if one["state"] != "ready" or not one["picture"][0]] == []
