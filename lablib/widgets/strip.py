"""The token strip: the same token looks the same in every lab."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import isfinite, nan
from threading import RLock
from typing import Any

import anywidget
import traitlets

from lablib.widgets.assets import STATIC, source
from lablib.widgets.tokens import finite, number, sendable, spoken, visible

Token = dict[str, Any]

SCALE: dict[str, Any] = {"min": 0.0, "max": 1.0, "palette": "viridis", "unit": ""}
PALETTES = ("viridis", "cividis", "signed")

AT_ONCE = 2048
"""Of more tokens than this only so many travel; the others come when they are looked at."""


class TokenStrip(anywidget.AnyWidget):
    """One chip per token: what is in it can be seen, pointed at, heard and chosen.

    A token is a dict. `text` must be there; `id`, `bytes` (hexadecimal), `special`, `value`, `note`
    (words for the card that opens on hover), `mark` and `caption` (what stands under the chip where
    there is no value) may be. `tokens.token_dicts` makes them.

    Attributes:
        tokens: the tokens, in order. Set it, or `append` to it while text is being generated; for
            a text of any length there is `show`.
        total: how many tokens there are in all, where `tokens` holds only the first of them.
        value_label: what `value` is: "probability", "surprisal" …; it is shown as a colour.
        scale: `min` and `max` of the colours (`min` may be the larger), `palette`, `unit`; the keys
            left out are 0, 1, "viridis" and "".
        show_numbers: whether each value or caption stands under its chip; the reader can switch it.
        legend: whether the line that explains colours and marks is there.
        marks: the marks in the order of their outlines, so that one mark looks the same in several
            strips; a mark not named here takes the next outline.
        selection: "none", "one" or "many" tokens can be chosen.
        selected: their indices, in order.
        hovered: the index pointed at, or None; set it to point at a token from elsewhere.
        label: the name a screen reader says.

    Raises:
        traitlets.TraitError: for a token without a text, or a scale that is none.

    Example:
        >>> strip = TokenStrip(tokens=[{"text": "Once"}, {"text": " upon"}], selection="one")
        >>> strip.append({"text": " a"})
        >>> strip.selected = [2]
        >>> strip.tokens[strip.selected[0]]["text"]
        ' a'
    """

    _esm = source(STATIC / "strip.js")
    _css = source(STATIC / "strip.css")

    tokens: Any = traitlets.List(traitlets.Dict()).tag(
        sync=True, to_json=lambda tokens, _: [to_browser(token) for token in tokens]
    )
    total = traitlets.Int(0).tag(sync=True)
    value_label = traitlets.Unicode("value").tag(sync=True)
    scale: Any = traitlets.Dict(SCALE).tag(
        sync=True,
        to_json=lambda scale, _: scale | {"ends": [number(scale["min"]), number(scale["max"])]},
    )
    show_numbers = traitlets.Bool(False).tag(sync=True)
    legend = traitlets.Bool(True).tag(sync=True)
    marks: Any = traitlets.List(traitlets.Unicode()).tag(sync=True)
    selection = traitlets.Enum(["none", "one", "many"], "none").tag(sync=True)
    selected: Any = traitlets.List(traitlets.Int()).tag(sync=True)
    hovered: Any = traitlets.Int(None, allow_none=True).tag(sync=True)
    label = traitlets.Unicode("Tokens").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self._make: Callable[[int, int], Sequence[Token]] | None = None
        self._sending = RLock()  # an answer about the tokens before must not come after new ones
        super().__init__(**traits)
        self.on_msg(self._answer)

    @property
    def count(self) -> int:
        """How many tokens there are, in the browser or still here."""
        return max(self.total, len(self.tokens))

    def show(self, count: int, make: Callable[[int, int], Sequence[Token]]) -> None:
        """Show any number of tokens, of which only those that are looked at are made and travel.

        Args:
            count: how many tokens there are.
            make: gives the tokens number `first` up to `last`; it is called from any thread, and
                should be quick.

        Example:
            >>> strip = TokenStrip()
            >>> strip.show(10**6, lambda first, last: [{"text": "a"}] * (last - first))
            >>> strip.count, len(strip.tokens)
            (1000000, 2048)
        """
        with self._sending, self.hold_sync():
            self.tokens = []  # so that the first ones travel even if they stay the same
            self.tokens = list(make(0, min(count, AT_ONCE)))
            self._make, self.total = make, count

    def _answer(self, _: object, message: dict[str, Any], __: object) -> None:
        """Send what the browser wants: `{"want": [first, last]}`."""
        with self._sending:
            first, last = message.get("want", (0, 0))
            last = min(last, self.count, first + AT_ONCE)
            if self._make is None or not 0 <= first < last:
                return
            wanted = [to_browser(_checked(token)) for token in self._make(first, last)]
            self.send({"at": first, "put": wanted})

    def append(self, *tokens: Token) -> None:
        """Put tokens at the end. Only they travel to the browser, and only they are drawn.

        The list grows in place: observers of `tokens` are not called.
        """
        checked = [_checked(token) for token in tokens]
        self.send({"at": len(self.tokens), "append": [to_browser(token) for token in checked]})
        self.tokens.extend(checked)

    @traitlets.validate("tokens")
    def _check_tokens(self, proposal: Any) -> list[Token]:
        return [_checked(token) for token in proposal.value]

    @traitlets.observe("tokens")
    def _forget_the_rest(self, _: Any) -> None:
        self._make, self.total = None, 0

    @traitlets.observe("tokens", "selection")
    def _forget_lost_tokens(self, _: Any) -> None:
        self.selected, self.hovered = self.selected, self.hovered

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> list[int]:
        """A browser may name tokens that are gone by the time its message arrives."""
        there = sorted({index for index in proposal.value if 0 <= index < self.count})
        return there[: {"none": 0, "one": 1, "many": None}[self.selection]]

    @traitlets.validate("hovered")
    def _check_hovered(self, proposal: Any) -> int | None:
        return proposal.value if 0 <= proposal.value < self.count else None

    @traitlets.validate("scale")
    def _check_scale(self, proposal: Any) -> dict[str, Any]:
        scale = SCALE | proposal.value
        if unknown := scale.keys() - SCALE.keys():
            raise traitlets.TraitError(
                f"A colour scale has {', '.join(SCALE)}, not {', '.join(map(str, unknown))}."
            )
        scale |= {end: _finite_end(scale[end]) for end in ("min", "max")}
        if scale["min"] == scale["max"]:
            raise traitlets.TraitError("A colour scale needs two different ends.")
        if scale["palette"] not in PALETTES:
            raise traitlets.TraitError(f"The palette is one of {', '.join(PALETTES)}.")
        return scale


def _checked(token: Token) -> Token:
    if not isinstance(token, dict) or not isinstance(token.get("text"), str):
        raise traitlets.TraitError(f"A token needs a text, as in {{'text': ' sat'}}, not {token}.")
    try:
        finite(token.get("value"))
    except (TypeError, ValueError, RuntimeError) as error:
        raise traitlets.TraitError(f"A token's value is one number, unlike in {token}.") from error
    return token


def _finite_end(value: Any) -> float:
    """The end of a scale as a plain float; arrays and tensors of one number hold one too."""
    try:
        end = float(value)
    except (TypeError, ValueError, RuntimeError):
        end = nan
    if not isfinite(end):
        raise traitlets.TraitError("The ends of a colour scale are two finite numbers.")
    return end


def to_browser(token: Token) -> Token:
    """A token as the page gets it: text made visible, numbers in words, nothing else that is empty.

    >>> to_browser({"text": " a", "id": 257, "value": 0.25, "mark": ""})
    {'text': '␣a', 'id': 257, 'spoken': 'space a', 'value': 0.25, 'number': '0.25'}
    """
    value = token.get("value")
    text, said, ends_line = _shown(token["text"])
    sent = {
        "id": token.get("id"),
        "spoken": said,
        "bytes": token.get("bytes"),
        "special": token.get("special") or None,
        "ends_line": ends_line or None,
        "value": finite(value),
        "number": None if value is None else number(value),
        "caption": sendable(token.get("caption") or ""),
        "note": sendable(token.get("note") or ""),
        "mark": sendable(token.get("mark") or ""),
    }
    there = {key: value for key, value in sent.items() if value not in (None, "")}
    return {"text": text} | there


@lru_cache(maxsize=65_536)  # a text has far fewer different tokens than tokens
def _shown(text: str) -> tuple[str, str, bool]:
    """A token's text made visible, in words, and whether a line ends with it."""
    return visible(text), spoken(text), text.endswith("\n")
