"""Widgets as HTML without a kernel: boxes and words as they are, controls greyed with their value.

A widget of our own becomes a place in which the page's script draws it; one that says it
`needs_kernel` is greyed, too. What belongs to a panel that the page can compute says so, and the
page's script wakes it once the panel's model is there.
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from lablib.pages.outputs import output
from lablib.pages.running import Models
from lablib.pages.scripts import MODELS, SUBSTITUTES, TOKENIZERS
from lablib.widgets.html import escape, fill

State = dict[str, Any]
_PREFIX = "IPY_MODEL_"
_NOTE = """<p class="page-note">What is greyed here needs a kernel: it trains a model, reads a
whole text, or asks a model that no page carries. Open the lab in JupyterLab for it.</p>"""
_LIVE_NOTE = """<p class="page-note" role="status" data-note="{panel}">What is greyed here answers
once its model is loaded, which the page does by itself.</p>"""


class Controls:
    """The widgets of one notebook.

    Args:
        models: the state of each, by id.

    Attributes:
        drawn: the ids of those that the page's script has to draw.
        live: by the id of each panel on the page that the page can compute, its stand-in, its
            model, the one that it was drawn by, and the ids of its parts by their names.
        parts: the ids of those that are on the page and belong to such a panel.

    Example:
        >>> models = {"a": {"_model_name": "LabelModel", "value": "<b>"}}
        >>> Controls(models).html("a")
        '<span class="page-words" style="">&lt;b&gt;</span>'
    """

    def __init__(self, models: Models) -> None:
        self._models = models
        self.drawn: list[str] = []
        self.live: dict[str, dict[str, Any]] = {}
        self.parts: list[str] = []
        self._panel_of: dict[str, tuple[str, str]] = {}
        self._greyed = 0

    def html(self, id: str) -> str:
        """One widget with all that is in it.

        Everything is escaped but the value of an `HTML` widget, which was when it was made.
        """
        state = self._models[id]
        name = state["_model_name"].removesuffix("Model")
        if is_live(state):
            self._know(id, state["live"])
        if name == "Any":
            return self._ours(id, state)
        if name == "Output":
            return "".join(output(one, self.html) for one in state["outputs"])
        if "children" in state:
            note = fill(_LIVE_NOTE, panel=id) if id in self.live else ""
            return self._box(name, state, note, self._followed(id))
        part = self._part(id)
        if name == "HTML":
            return f"<div{self._look(state, 'page-html')}{part}>{state['value']}</div>"
        if name == "Label":
            return f"<span{self._look(state, 'page-words')}{part}>{escape(state['value'])}</span>"
        self._greyed += not part
        return f"<div{self._look(state, 'page-control')}{part}>{_greyed(name, state)}</div>"

    def with_note(self, id: str) -> str:
        """One widget, and a line that says what does not answer here, where something does not."""
        before = self._greyed
        inside = self.html(id)
        return inside + _NOTE if self._greyed > before else inside

    def state(self, id: str) -> State:
        """What the page's script must know of a widget: its state, and whether it is in sight."""
        state = self._models[id]
        layout = self._models.get(str(state.get("layout")).removeprefix(_PREFIX), {})
        return {**state, "display": layout.get("display") or ""}

    def _know(self, panel: str, live: dict[str, Any]) -> None:
        self.live[panel] = answering(live)
        self._panel_of |= {part: (panel, name) for name, part in live["parts"].items()}

    def _part(self, id: str) -> str:
        """The attributes of a part of a live panel; "" for anything else."""
        if id not in self._panel_of:
            return ""
        self.parts.append(id)
        panel, name = self._panel_of[id]
        marks = ' data-part="{id}" data-live="{panel}" data-name="{name}"'
        return fill(marks, id=id, panel=panel, name=name)

    def _ours(self, id: str, state: State) -> str:
        self.drawn.append(id)
        part = self._part(id)
        place = f'<div{self._look(state)} data-widget="{escape(id)}"{part}></div>'
        if not state["needs_kernel"]:
            return place
        self._greyed += not part
        return f"<fieldset disabled>{place}</fieldset>"

    def _followed(self, id: str) -> str:
        """The attribute of a box that a live panel shows and hides; "" for any other."""
        if id not in self._panel_of:
            return ""
        self.parts.append(id)
        return fill(' data-box="{id}"', id=id)

    def _box(self, name: str, state: State, note: str, part: str) -> str:
        kind = "page-row" if name in ("HBox", "Box") else "page-column"
        return f"<div{self._look(state, kind)}{part}>{''.join(self._children(state))}{note}</div>"

    def _children(self, state: State) -> Iterator[str]:
        """What is in a box; the parts of a tab or an accordion stand below each other."""
        for child, title in zip_longest(state["children"], state.get("titles", ())):
            yield fill("<h4>{title}</h4>", title=title) if title else ""
            yield self.html(child.removeprefix(_PREFIX))

    def _look(self, state: State, *classes: str) -> str:
        """A tag's classes, the widget's own among them, and its layout as a style."""
        kind = " ".join([*classes, *state.get("_dom_classes", ())])
        return fill(' class="{kind}" style="{style}"', kind=kind, style=self._style(state))

    def _style(self, state: State) -> str:
        layout = self._models.get(str(state.get("layout")).removeprefix(_PREFIX), {})
        return "; ".join(
            f"{name.replace('_', '-')}: {value}"
            for name, value in sorted(layout.items())
            if isinstance(value, str) and not name.startswith("_")
        )


def is_live(state: State) -> bool:
    """Whether a widget is a panel that has a stand-in, and a model or a tokenizer that pages carry.

    >>> live = {"script": "knobs", "model": "gpt2", "noun": "model", "parts": {}}
    >>> is_live({"live": live}), is_live({"live": {**live, "noun": "tokenizer"}}), is_live({})
    (False, True, False)
    """
    if "live" not in state:
        return False
    carried = {"model": MODELS, "tokenizer": MODELS | TOKENIZERS}[state["live"]["noun"]]
    return _on_page(state["live"]["model"]) in carried


def answering(live: dict[str, Any]) -> dict[str, Any]:
    """What a page is told of a live panel: also which model answers there, and which one drew it.

    >>> found = answering({"script": "fill", "model": "minilm-masked", "parts": {}})
    >>> found["model"], found["drawn_by"]
    ('pocket-bert', 'minilm-masked')
    """
    return {**live, "model": _on_page(live["model"]), "drawn_by": live["model"]}


def models_of(models: Models) -> list[str]:
    """The models that compute for the live panels among some widgets, each once.

    >>> live = {"script": "knobs", "model": "minilm-masked", "noun": "model", "parts": {}}
    >>> models_of({"a": {"live": live}, "b": {}, "c": {"live": live}})
    ['pocket-bert']
    """
    found = (_on_page(state["live"]["model"]) for state in models.values() if is_live(state))
    return list(dict.fromkeys(found))


def _on_page(model: str) -> str:
    """The model that answers on a page where the lab had this one."""
    return SUBSTITUTES.get(model, model)


def _greyed(name: str, state: State) -> str:
    """A control of ipywidgets that shows its value and can be neither moved nor pressed.

    >>> _greyed("Text", {"description": "Word", "value": "<b>"})
    '<label>Word <input value="&lt;b&gt;" disabled></label>'
    """
    label = state.get("description", "")
    if name in ("Button", "FileUpload"):
        return fill("<button disabled>{label}</button>", label=label)
    if name == "ToggleButton":
        pressed = "true" if state["value"] else "false"
        button = '<button disabled aria-pressed="{pressed}">{label}</button>'
        return fill(button, pressed=pressed, label=label)
    field = _chosen(state) if "index" in state else _value(name, state)
    return f"<label>{escape(label)} {field}</label>"


_SLIDER = """<input type="range" min="{min}" max="{max}" step="{step}" value="{value}" disabled>\
<output>{short}</output>"""
_RANGE = '<input value="{low} to {high}" disabled>'
_PROGRESS = '<progress max="{max}" value="{value}"></progress>'
_FIELDS = {
    "Checkbox": '<input type="checkbox"{checked} disabled>',
    "IntSlider": _SLIDER,
    "FloatSlider": _SLIDER,
    "IntRangeSlider": _RANGE,
    "FloatRangeSlider": _RANGE,
    "Textarea": "<textarea rows={rows} disabled>{value}</textarea>",
    "IntProgress": _PROGRESS,
    "FloatProgress": _PROGRESS,
}
"""How a control shows its value; others show their options chosen, or the value in a field."""


def _value(name: str, state: State) -> str:
    """The field of a control, with its value.

    >>> _value("FloatSlider", {"min": 0, "max": 1, "step": 0.1, "value": 0.1 + 0.2})[-29:]
    'disabled><output>0.3</output>'
    """
    value = state.get("value", "")
    low, high = value if name.endswith("RangeSlider") else ("", "")
    named = {
        "low": low,
        "high": high,
        "short": f"{value:.4g}" if isinstance(value, int | float) else value,
        "checked": " checked" if value is True else "",
        "rows": state.get("rows") or 2,
    }
    template = _FIELDS.get(name, '<input value="{value}" disabled>')
    return fill(template, **{**state, **named, "value": value})


def _chosen(state: State) -> str:
    """A menu, a row of buttons, a slider over names: of its options one is chosen, or several.

    >>> _chosen({"_options_labels": ["a", "b"], "index": 1})
    '<select disabled><option>a</option><option selected>b</option></select>'
    >>> _chosen({"_options_labels": ["a", "b", "c"], "index": [0, 2]})
    '<select disabled><option>a, c</option></select>'
    """
    index, labels = state["index"], state["_options_labels"]
    if isinstance(index, int):
        options = "".join(_option(text, i == index) for i, text in enumerate(labels))
        return f"<select disabled>{options}</select>"
    text = ", ".join(labels[i] for i in index or ()) or "nothing chosen"
    return fill("<select disabled><option>{text}</option></select>", text=text)


def _option(text: str, chosen: bool) -> str:
    mark = " selected" if chosen else ""
    return fill("<option{mark}>{text}</option>", mark=mark, text=text)
