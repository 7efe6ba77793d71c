"""bertviz's head view and model view, with no network.

bertviz (Vig 2019, "A Multiscale Visualization of Attention in the Transformer Model") writes a page
that loads require.js, jQuery and d3 from elsewhere, holds its data twice, and puts tokens into its
script as they are. Here its page runs in a frame that may load nothing, with the libraries beside
it, its data once and in three decimals, and no token that could end the script.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.metadata import distribution
from math import isqrt
from pathlib import Path
from typing import Any

import ipywidgets
import torch
from torch import Tensor

from lablib.attention.compute.heads import AttentionMaps, EncoderDecoderMaps, and_no_token
from lablib.numbers import require_count, require_place
from lablib.widgets.html import frame, html_widget, script_json
from lablib.widgets.tokens import shortened, visible

LINKS = 100_000
"""The most lines a view may draw at once: bertviz makes an element of the page for each."""
_HIGHEST = 720
"""The most pixels a frame is high; a longer picture scrolls."""
_LONGEST = 14
"""The most letters of a token that have room beside bertviz's lines."""

_REQUIRE = """
window.requirejs = (names, use) => use(...names.map((name) => ({jquery: jQuery, d3})[name]));
"""

_PARTS_OF_WHOLE = """
for (const part of params.attention.filter(({between}) => between)) {
  const [from, to] = part.between;
  part.attn = params.attention[0].attn.map((layer) => layer.map(
    (head) => head.slice(...from).map((row) => row.slice(...to))));
}"""
"""Run in the page after bertviz's data: of a sentence pair, the parts that `_name_parts` named."""


def head_view(
    maps: AttentionMaps | EncoderDecoderMaps,
    layer: int = 0,
    heads: list[int] | None = None,
    max_tokens: int | None = None,
) -> ipywidgets.VBox:
    """The head view of bertviz: the tokens twice, and the lines of a layer's heads between them.

    Args:
        maps: what the heads look at; of an encoder-decoder model all three attentions.
        layer: the layer it begins with.
        heads: the heads it begins with; all by default.
        max_tokens: how many tokens are drawn; by default as many as `LINKS` allows.

    Raises:
        ValueError: for a layer or a head that is not there.

    Example:
        >>> from lablib.attention import Reading
        >>> tokens = Reading((5, 7), ("a", "</script>"), (False, False), (0, 0))
        >>> maps = AttentionMaps(torch.eye(2).expand(1, 1, 2, 2), tokens, tokens, "causal", "")
        >>> box = head_view(maps)
        >>> "sandbox" in box.children[-1].value, "cdnjs" in box.children[-1].value
        (True, False)
    """
    from bertviz import head_view as view

    parts = _parts(maps)
    _check("layer", [layer], _depth(parts, 0))
    _check("head", heads or [], _depth(parts, 1))
    tokens = _tokens(max_tokens, LINKS // _depth(parts, 1))
    cut = [_cut(part, tokens) for part in parts]
    height = 90 + 22.5 * _longest(cut)
    return _show(view, cut, parts, "bertviz: head view", height, layer=layer, heads=heads)


def model_view(
    maps: AttentionMaps | EncoderDecoderMaps, max_tokens: int | None = None
) -> ipywidgets.VBox:
    """The model view of bertviz: all heads of all layers as thumbnails; a click opens one.

    Args:
        maps: what the heads look at; of an encoder-decoder model all three attentions.
        max_tokens: how many tokens are drawn; by default as many as `LINKS` allows.

    Example:
        >>> from lablib import attention as at, models
        >>> m = models.load("pocket-gpt2", device="cpu")
        >>> view = at.model_view(at.maps(m, "The cat sat"))
    """
    from bertviz import model_view as view

    parts = _parts(maps)
    layers, heads = _depth(parts, 0), _depth(parts, 1)
    tokens = _tokens(max_tokens, LINKS // (layers * heads))
    cut = [_cut(part, tokens) for part in parts]
    thumbnails = 60 + layers * (10 + 84 / heads * _longest(cut))
    height = max(thumbnails, 80 + 18 * _longest(cut))
    return _show(view, cut, parts, "bertviz: model view", height, display_mode="light")


def _parts(maps: AttentionMaps | EncoderDecoderMaps) -> list[AttentionMaps]:
    """The attentions of a model, in the order in which bertviz names them."""
    if isinstance(maps, EncoderDecoderMaps):
        return [maps.encoder, maps.decoder, maps.cross]
    return [maps]


def _depth(parts: list[AttentionMaps], axis: int) -> int:
    """The most layers (axis 0) or heads (axis 1) that one of the attentions has."""
    return max(part.weights.shape[axis] for part in parts)


def _longest(parts: list[AttentionMaps]) -> int:
    return max(max(part.weights.shape[2:]) for part in parts)


def _check(name: str, given: list[int], there: int) -> None:
    for index in given:
        require_place(name, index, there, "There are")


def _cut(part: AttentionMaps, tokens: int) -> AttentionMaps:
    """The maps of the first tokens. The rest of each row is not in the picture."""
    weights = part.weights[:, :, :tokens, :tokens]
    queries, keys = part.queries.first(tokens), part.keys.first(tokens)
    return replace(part, weights=weights, queries=queries, keys=keys)


def _drawn(cut: list[AttentionMaps], whole: list[AttentionMaps]) -> list[AttentionMaps]:
    """What is drawn: with one more token for what goes to none. bertviz has the same tokens on both
    sides of one text, so this one looks as well, at nothing.
    """
    if len(whole) > 1 or not whole[0].missing.any():
        return cut
    part, tokens = cut[0], and_no_token(cut[0].queries)
    missing = whole[0].missing[:, :, : len(part.queries), None].to(part.weights.dtype)
    weights = torch.nn.functional.pad(torch.cat([part.weights, missing], -1), (0, 0, 0, 1))
    return [replace(part, weights=weights, queries=tokens, keys=tokens)]


def _tokens(asked: int | None, links: int) -> int:
    """How many tokens are drawn: as many as asked for, or as the links allow."""
    if asked is not None:
        require_count("max_tokens", asked)
    return asked or isqrt(links)


def _show(
    view: Callable[..., Any],
    cut: list[AttentionMaps],
    whole: list[AttentionMaps],
    title: str,
    height: float,
    **options: Any,
) -> ipywidgets.VBox:
    drawn = _drawn(cut, whole)
    page = view(**_arguments(drawn), prettify_tokens=False, html_action="return", **options).data
    body, script = _split(page)
    scripts = [*_libraries(), _REQUIRE, _lean(script, drawn)]
    note = _note(cut, whole)
    notes = [html_widget("<p>{note}</p>", note=note)] if note else []
    picture = frame(body, scripts, title, min(_HIGHEST, round(height)))
    return ipywidgets.VBox([*notes, picture])


def _arguments(parts: list[AttentionMaps]) -> dict[str, Any]:
    """What bertviz is called with; of several attentions the shallower ones get empty layers."""
    if len(parts) == 1 and parts[0].kind != "cross":
        types = parts[0].token_types
        second = types.index(1) if 0 < sum(types) < len(types) else None
        return {
            "attention": _layers(parts[0].weights),
            "tokens": _texts(parts[0].tokens),
            "sentence_b_start": second,
        }
    size = (_depth(parts, 0), _depth(parts, 1))
    arguments: dict[str, Any] = {
        f"{part.kind}_attention": _layers(_padded(part.weights, *size)) for part in parts
    }
    return arguments | {
        "encoder_tokens": _texts(parts[-1].key_tokens),
        "decoder_tokens": _texts(parts[-1].tokens),
    }


def _layers(weights: Tensor) -> list[Tensor]:
    """[layers, heads, query, key] as bertviz wants it, to three decimals that print as three."""
    return list(weights.double().round(decimals=3).unsqueeze(1))


def _padded(weights: Tensor, layers: int, heads: int) -> Tensor:
    missing = (0, 0, 0, 0, 0, heads - weights.shape[1], 0, layers - weights.shape[0])
    return torch.nn.functional.pad(weights, missing)


def _texts(tokens: tuple[str, ...]) -> list[str]:
    return [shortened(visible(text), _LONGEST) for text in tokens]


def _split(page: str) -> tuple[str, str]:
    """The page of bertviz without what it loads from elsewhere: its body and its script."""
    body, _, script = page.partition('<script type="text/javascript">\n')
    return re.sub(r'<script src="[^"]*"></script>', "", body), script.removesuffix("\n</script>\n")


def _lean(script: str, parts: list[AttentionMaps]) -> str:
    """The script with its data once, harmless, and without the copies of parts of a whole."""
    script = script[script.index("requirejs(") :]  # before it stands where to load libraries from
    start = script.index("const params = ") + len("const params = ")
    params, end = json.JSONDecoder().raw_decode(script, start)
    if len(parts) == 1:
        _name_parts(params["attention"], len(parts[0].queries))
    rest = script[script.index("\n", end) :]  # the line ends with a comment that repeats the data
    return f"{script[:start]}{script_json(params)};{_PARTS_OF_WHOLE}{rest}"


def _name_parts(attention: list[dict[str, Any]], tokens: int) -> None:
    """Where a sentence pair's four parts lie in the whole, in place of their weights."""
    if len(attention) == 1:
        return
    second = len(attention[1]["left_text"])
    sentences = {"A": [0, second], "B": [second, tokens]}
    for part in attention[1:]:
        letters = re.findall(r"Sentence (\w)", part["name"])
        part["between"] = [sentences[letter] for letter in letters]
        del part["attn"]


def _note(cut: list[AttentionMaps], whole: list[AttentionMaps]) -> str:
    """What the reader must know: what was left out, and which weights are no numbers."""
    notes = list(dict.fromkeys(part.note for part in whole if part.note))
    drawn, there = _longest(cut), _longest(whole)
    if drawn < there:
        notes.append(
            f"bertviz draws the first {drawn} of {there} tokens here: it makes an element of the "
            "page for every link. The attention view beside it draws them all."
        )
    if len({part.layers for part in whole}) > 1:
        depths = ", ".join(f"{part.kind} {part.layers}" for part in whole)
        notes.append(f"Layers: {depths}; those an attention does not have are empty.")
    return " ".join(notes)


@cache
def _libraries() -> list[str]:
    """What bertviz draws with, jQuery and d3 5, from the packages that carry them."""
    files = {
        "XStatic-jQuery": "xstatic/pkg/jquery/data/jquery.min.js",
        "mpld3": "mpld3/js/d3.v5.min.js",
    }
    paths = [Path(str(distribution(name).locate_file(path))) for name, path in files.items()]
    return [path.read_text(encoding="utf-8") for path in paths]
