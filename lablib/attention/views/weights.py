"""The attention view: one head or many, as matrices or as lines between tokens."""

from collections.abc import Iterable
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from lablib.attention.compute.heads import AttentionMaps, with_missing
from lablib.attention.views.head_map import HeadMap
from lablib.widgets.assets import source
from lablib.widgets.page import static_page
from lablib.widgets.strip import PALETTES
from lablib.widgets.tokens import sendable, spoken, visible

_HERE = Path(__file__).parent
_BROKEN = 255
_PAGE_BYTES = 8 * 2**20
"""Up to so many bytes of weights an exported page holds every layer; above, the one in sight."""


class AttentionView(anywidget.AnyWidget):
    """Where the heads of one layer look.

    A layer travels as one byte per weight when the reader first asks for it. Everything else (which
    heads, as matrices or lines, which tokens, with or without the sinks) is answered in the page,
    with no kernel. All attributes go both ways.

    Attributes:
        layer: the layer in sight.
        heads: the heads in sight, in order.
        kind: "matrix" (heatmaps) or "lines" (the tokens twice, with lines between them).
        pair: "all", or which token types look at which, as "0-1".
        hide_sinks: whether the first token and special tokens are left out of the picture.
        renormalise: whether each row is then divided by what is left of it.
        step: how many tokens of a text that is being written are in sight; 0 for all.
        zoom: None, or `rows` and `columns`, each [first, end) of the tokens in sight.
        chosen: the tokens chosen in the line view: `side` ("query" or "key") and `indices`.
        palette: "viridis" or "cividis".

    Example:
        >>> import torch
        >>> from lablib.attention import AttentionMaps, Reading
        >>> tokens = Reading((5, 7), ("a", " b"), (False, False), (0, 0))
        >>> view = AttentionView()
        >>> view.show(AttentionMaps(torch.eye(2).expand(3, 4, 2, 2), tokens, tokens, "causal", ""))
        >>> view.layers, view.size, len(view.weights)
        ([0, 1, 2], [4, 2, 2], 16)
    """

    _esm = source(_HERE / "weights.js")
    _css = source(_HERE / "attention.css")
    link_traits = ("layer", "heads", "kind", "hide_sinks", "renormalise")

    weights = traitlets.Bytes().tag(sync=True)
    sent: Any = traitlets.List(traitlets.Int()).tag(sync=True)
    size: Any = traitlets.List(traitlets.Int(), [0, 0, 0]).tag(sync=True)
    version = traitlets.Int(0).tag(sync=True)
    query_tokens: Any = traitlets.List(traitlets.Dict()).tag(sync=True)
    key_tokens: Any = traitlets.List(traitlets.Dict()).tag(sync=True)
    type_names: Any = traitlets.List(traitlets.Unicode(), ["A", "B"]).tag(sync=True)
    sinks: Any = traitlets.List(traitlets.Int()).tag(sync=True)
    written_from = traitlets.Int(0).tag(sync=True)
    layers: Any = traitlets.List(traitlets.Int()).tag(sync=True)
    frozen = traitlets.Bool(False).tag(sync=True)

    # An echo of an older choice would set a chooser back under the reader's hand.
    layer = traitlets.Int(0).tag(sync=True, echo_update=False)
    heads: Any = traitlets.List(traitlets.Int(), [0]).tag(sync=True, echo_update=False)
    kind = traitlets.Enum(["matrix", "lines"], "matrix").tag(sync=True, echo_update=False)
    pair = traitlets.Unicode("all").tag(sync=True, echo_update=False)
    hide_sinks = traitlets.Bool(False).tag(sync=True, echo_update=False)
    renormalise = traitlets.Bool(False).tag(sync=True, echo_update=False)
    step = traitlets.Int(0).tag(sync=True, echo_update=False)
    zoom: Any = traitlets.Dict(None, allow_none=True).tag(sync=True, echo_update=False)
    chosen: Any = traitlets.Dict().tag(sync=True, echo_update=False)
    palette = traitlets.Enum(PALETTES, "viridis").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self._maps: AttentionMaps | None = None
        super().__init__(**traits)
        self.on_msg(self._on_message)

    def show(self, maps: AttentionMaps, written_from: int = 0) -> None:
        """Draw the maps of a text; layer, heads and switches stay as they are where they can. What
        goes to no token is drawn as a key of its own, the last one.

        Args:
            maps: what the heads look at.
            written_from: with how many tokens the writing began: a slider then leads through the
                steps in which the other tokens came; 0 for a text that was there at once.
        """
        self._maps = maps = with_missing(maps)
        with self.hold_sync():
            self._show_tokens(maps)
            self.written_from = written_from
            self.version += 1
            self.size = list(maps.weights.shape[1:])
            self.layers = list(range(maps.layers))
            self.heads = [head for head in self.heads if head < maps.heads] or [0]
            self.layer = min(self.layer, maps.layers - 1)
            self._send_layers([self.layer])

    def to_html(self) -> str:
        """The view as it stands, as one self-contained page that needs neither kernel nor network.

        It holds all layers if they are no more than 8 MiB, else the one in sight.
        """
        with closing(self._for_page()) as copy:
            return static_page(copy, title="Attention")

    def page_state(self) -> dict[str, Any]:
        """The state with all layers in it, as `to_html` has them."""
        with closing(self._for_page()) as copy:
            state: dict[str, Any] = copy.get_state()
        return state

    def _for_page(self) -> "AttentionView":
        """A copy that holds every layer a page can have."""
        traits = self.trait_names(sync=True)
        copy = AttentionView(
            **{name: getattr(self, name) for name in traits if not name.startswith("_")}
        )
        copy._maps, copy.frozen = self._maps, True
        if self._maps is not None:
            layers = copy.layers if self._maps.weights.numel() <= _PAGE_BYTES else [copy.layer]
            copy.layers = layers
            copy._send_layers(layers)
        return copy

    def follow(self, heads: HeadMap) -> None:
        """Show the head that is opened on a map."""

        def show(change: Any) -> None:
            if change.new:
                self.show_head(*change.new)

        heads.observe(show, "opened")

    def show_head(self, layer: int, head: int) -> None:
        """Show one head alone."""
        with self.hold_sync():
            self.layer, self.heads = layer, [head]

    def _show_tokens(self, maps: AttentionMaps) -> None:
        queries, keys = (
            page_tokens(reading.tokens, reading.token_types)
            for reading in (maps.queries, maps.keys)
        )
        if (queries, keys) == (self.query_tokens, self.key_tokens):
            return
        # Places in another text mean nothing.
        self.step, self.zoom, self.chosen = 0, None, {}
        self.query_tokens, self.key_tokens = queries, keys
        self.sinks = [
            j
            for j, special in enumerate(maps.keys.special)
            if special or (j == 0 and maps.kind in ("causal", "decoder"))
        ]
        types = {f"{a}-{b}" for a in maps.queries.token_types for b in maps.keys.token_types}
        self.pair = self.pair if self.pair in types else "all"

    def _send_layers(self, layers: list[int]) -> None:
        if self._maps is not None:
            self.sent = layers
            self.weights = b"".join(codes(self._maps.weights[i]).tobytes() for i in layers)

    @traitlets.observe("layer")
    def _follow_layer(self, _: Any) -> None:
        with self.hold_sync():
            self._send_layers([self.layer])

    @traitlets.validate("layer")
    def _known_layer(self, proposal: Any) -> int:
        if self._maps is not None and not 0 <= proposal.value < self._maps.layers:
            raise traitlets.TraitError(f"There are layers 0 to {self._maps.layers - 1}.")
        return proposal.value

    @traitlets.validate("heads")
    def _known_heads(self, proposal: Any) -> list[int]:
        heads = sorted(set(proposal.value))
        if self._maps is not None and not all(0 <= head < self._maps.heads for head in heads):
            raise traitlets.TraitError(f"There are heads 0 to {self._maps.heads - 1}.")
        return heads

    def _on_message(self, _: object, message: dict[str, Any], __: object) -> None:
        if message.get("export") == "page":
            self.send({"page": self.to_html()})


def codes(weights: ArrayLike) -> np.ndarray:
    """Weights from 0 to 1 as bytes in a square-root code; 255 is "not a number".

    Attention is mostly near zero, and there the code is finest: a weight w comes back with an error
    of at most 0.002·(2√w + 0.002).

    >>> codes([0.0, 0.01, 0.25, 1.0, float("nan")])
    array([  0,  25, 127, 254, 255], dtype=uint8)
    """
    values = np.asarray(weights, dtype=np.float32)
    roots = np.sqrt(np.clip(values, 0, 1)) * 254
    return np.where(np.isfinite(values), np.rint(np.nan_to_num(roots)), _BROKEN).astype(np.uint8)


def page_tokens(tokens: Iterable[str], types: Iterable[int] = ()) -> list[dict[str, Any]]:
    """The tokens as a page gets them: what cannot be seen made visible, in words for the ear.

    >>> page_tokens([" sat"])
    [{'text': '␣sat', 'spoken': 'space sat', 'type': 0}]
    """
    return [
        {"text": visible(sendable(text)), "spoken": spoken(sendable(text)), "type": kind or 0}
        for text, kind in zip_longest(tokens, types)
    ]
