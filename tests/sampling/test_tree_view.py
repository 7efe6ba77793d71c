"""The tree on a page: its layout, the keyboard, and text that stays text."""

import pytest

from lablib.sampling.views.tree import TreeView
from lablib.widgets.page import static_page
from tests.looking import ran


def node(id, parent, step, text="a", state="kept"):
    return {"id": id, "parent": parent, "step": step, "text": text, "value": 0.25,
            "cumulative": -1.5 * (step + 1), "state": state}  # fmt: skip


#  0 ─ 1 ─ 2      A trunk, a branch from its second token, and a second beginning.
#    └ 3 ─ 4
#  5
TREE = [
    node(0, None, 0),
    node(1, 0, 1),
    node(2, 1, 2),
    node(3, 0, 1),
    node(4, 3, 2),
    node(5, None, 0),
]


@pytest.fixture
def show(page):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))

    def show(nodes):
        page.set_content(static_page(TreeView(nodes=nodes, label="Branches")))
        page.evaluate("window.shown")
        return page

    yield show
    assert errors == []


def places(page):
    """Column and row of each node by its id."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".lab-tree-node")].map((n) => {
            const m = n.transform.baseVal[0].matrix;
            return [n.dataset.id, [Math.round(m.e / 104), Math.round(m.f / 20)]];
        }))"""
    )


def test_children_stand_at_their_parent_or_below(show):
    assert places(show(TREE)) == {
        "0": [0, 0], "1": [1, 0], "2": [2, 0], "3": [1, 1], "4": [2, 1], "5": [0, 1]
    }  # fmt: skip


def test_no_two_nodes_share_a_place(show):
    wide = [node(i, None if i < 20 else i - 20, i // 20) for i in range(400)]
    found = places(show(wide))
    assert len({tuple(place) for place in found.values()}) == 400


def test_keyboard_and_pick(show):
    page = show(TREE)
    page.locator('[data-id="0"]').focus()
    for key, reached in [
        ("ArrowRight", "1"),
        ("ArrowDown", "3"),
        ("ArrowRight", "4"),
        ("ArrowLeft", "3"),
    ]:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.dataset.id") == reached
    page.keyboard.press("Enter")
    assert page.evaluate("window.shown.then((s) => s[0].model.get('picked'))") == 3
    assert page.locator('[aria-selected="true"]').get_attribute("data-id") == "3"
    page.locator('[data-id="2"]').click()
    assert page.evaluate("window.shown.then((s) => s[0].model.get('picked'))") == 2


def test_a_screen_reader_hears_what_the_eye_sees(show):
    page = show([node(0, None, 0, "king", "winner")])
    label = page.locator(".lab-tree-node").get_attribute("aria-label")
    assert label == "king, 25 %, log-probability so far -1.50 nats, most probable"
    page.locator("summary").click()
    assert page.locator("pre").text_content() == label


def test_text_is_never_read_as_html(show):
    payload = "<img src=x onerror=window.broken=1></text><script>window.broken=1</script>"
    page = show([node(0, None, 0, payload)])
    page.wait_for_timeout(100)
    assert not ran(page)
    assert payload in page.locator(".lab-tree-node title").text_content()


def test_nothing_yet(show):
    assert show([]).locator(".lab-tree").is_hidden()
