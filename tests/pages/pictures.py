"""Whether a panel of a page, in Node, has the picture that its Python has."""

import html
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from lablib.pages.controls import answering
from lablib.pages.scripts import about_carried
from lablib.widgets.page import as_base64, page_state
from lablib.widgets.panel import parts_of
from lablib.widgets.tokens import shapeless_names

PROBABILITY = 1e-3
"""How far a probability, or a number that is made of some, may be from Python's."""

VIEW = ["query_tokens", "key_tokens", "sinks", "layers", "heads", "layer", "size", "pair"]
NUMBER = r"[\d.]+( × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+| %)"


def on_page(node, panel):
    """Open a panel as a page would; its stand-in is the global `live` of Node."""
    states = {name: page_state(part) for name, part in parts_of(panel)}
    text = json.loads(json.dumps(states, default=as_base64))
    about = answering(panel.page_state()["live"])
    more = {"names": shapeless_names(), "carried": about_carried()}
    node("void (globalThis.live = m.panel(a[0], a[1], a[2]))", text, about, more)


def traits(node, wanted):
    return node("m.traits(live, a[0])", wanted)


def same(ours, theirs):
    """What is put into pictures is the same; numbers may differ by rounding."""
    if isinstance(theirs, dict):
        assert ours.keys() == theirs.keys()
        for name in theirs:
            same(ours[name], theirs[name])
    elif isinstance(theirs, list | tuple):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            same(one, other)
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, abs=PROBABILITY)
    else:
        assert ours == theirs


def picture_of(panel, wanted):
    """Traits of the parts as Python has them."""
    state = {name: page_state(part) for name, part in parts_of(panel)}
    found = {part: {name: state[part][name] for name in names} for part, names in wanted.items()}
    return json.loads(json.dumps(found))


NUMBERS = re.compile(r"[−-]?\d+(?:\.\d+)?")


def same_words(ours, theirs):
    """The same sentences; a number in them may differ by 2 in its last figure."""
    theirs = html.unescape(theirs)
    assert NUMBERS.split(ours) == NUMBERS.split(theirs), f"{ours}\n{theirs}"
    for one, other in zip(NUMBERS.findall(ours), NUMBERS.findall(theirs), strict=True):
        decimals = len(other.partition(".")[2])
        found, expected = (float(number.replace("−", "-")) for number in (one, other))
        assert found == pytest.approx(expected, abs=2.01 * 10**-decimals)


class Cells(HTMLParser):
    """The rows of a table: of each cell what stands there, its tooltip and the colour's share."""

    def __init__(self, text):
        super().__init__()
        self.rows, self._inside = [], False
        self.caption = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        self._inside = tag if tag in ("th", "td", "caption") else self._inside
        if tag in ("th", "td"):
            given = dict(attrs)
            share = re.search(r"brand-color1\) (\d+)%", given.get("style", ""))
            self.rows[-1].append(["", given.get("title") or "", int(share[1]) if share else None])

    def handle_endtag(self, tag):
        self._inside = "" if tag == self._inside else self._inside

    def handle_data(self, data):
        if self._inside == "caption":
            self.caption += data
        elif self._inside:
            self.rows[-1][-1][0] += data


def same_table(ours, theirs):
    """A table of a page says and shows what Python's HTML does."""
    expected, table = Cells(theirs), ours["table"]
    assert table["caption"] == expected.caption
    rows = [[[head["text"], head.get("title", ""), None] for head in table["columns"]]]
    for row in table["rows"]:
        name = [[row["name"], "", None]] if "name" in row else []
        cells = [
            [
                cell["text"],
                cell.get("title", ""),
                round(40 * cell["strength"]) if "strength" in cell else None,
            ]
            for cell in row["cells"]
        ]
        rows.append(name + cells)
    assert len(rows) == len(expected.rows)
    for row, other in zip(rows, expected.rows, strict=True):
        assert len(row) == len(other)
        for (text, title, share), (text_, title_, share_) in zip(row, other, strict=True):
            same_words(text, text_)
            same_words(title, title_)
            assert share == share_ or abs(share - share_) <= 1


def same_display(node, panel, *parts):
    """The same parts are in sight."""
    ours = traits(node, {part: ["display"] for part in parts})
    for part in parts:
        theirs = getattr(panel, part).layout.display
        assert (ours[part]["display"] or "") == (theirs or ""), part


def same_foot(node, panel):
    foot = traits(node, {"foot": ["state", "code", "message"]})["foot"]
    assert foot == {
        "state": panel.state,
        "code": panel.foot.code,
        "message": panel.foot.message,
    }


def same_view(node, panel):
    """The weights of all layers, and the tokens beside them."""
    found, theirs = traits(node, {"view": [*VIEW, "weights"]})["view"], page_state(panel.view)
    assert {trait: found[trait] for trait in VIEW} == {trait: theirs[trait] for trait in VIEW}
    away = found["weights"].astype(int) - np.frombuffer(theirs["weights"], np.uint8)
    assert abs(away).max() <= 1


def same_numbers(ours, theirs):
    """Sentences with probabilities in them, which rounding may change in their last figure."""
    assert re.sub(NUMBER, "#", ours) == re.sub(NUMBER, "#", html.unescape(theirs))


def floats(traits_of_view, name):
    return np.frombuffer(bytes(traits_of_view[name]), np.float32)


def same_plot(node, name, plot, numbers, layout):
    """The same numbers in each trace, and the same of the layout by its paths."""
    found = traits(node, {name: ["_widget_data", "_widget_layout"]})[name]
    for trace, theirs in zip(found["_widget_data"], plot.data, strict=True):
        for number in numbers:
            expected = np.asarray(theirs[number])
            if expected.dtype.kind in "fi":
                np.testing.assert_allclose(np.asarray(trace[number], float), expected, atol=2e-3)
            else:
                assert trace[number] == list(expected)
    theirs = plot.layout.to_plotly_json()
    for path in layout:
        ours, other = found["_widget_layout"], theirs
        for step in path.split("."):
            ours, other = ours[step], other[step]
        same(ours, json.loads(json.dumps(other)))
