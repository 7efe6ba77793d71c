"""Maps made by hand, and a page to look at a view of them."""

import torch

from lablib.attention import AttentionMaps, Reading
from lablib.widgets.page import static_page
from tests.looking import drawn

PAYLOADS = (
    "<img src=x onerror=window.broken=1>",
    "</script><script>parent.broken=window.broken=1</script>",
    "// HACK: PYTHON_PARAMS",
    "$x$",
    "\ud800",
    "👩\u200d🚀",
)


def reading(tokens, special=0, second=None):
    """A reading of these texts; the first `special` are marks, those from `second` on are of B."""
    count = len(tokens)
    types = tuple(int(second is not None and i >= second) for i in range(count))
    return Reading(
        tuple(range(count)), tuple(tokens), tuple(i < special for i in range(count)), types
    )


def causal_maps(tokens="abcdef", layers=2, heads=3, seed=0):
    """Random weights that look back only."""
    count = len(tokens)
    scores = torch.randn(layers, heads, count, count, generator=torch.manual_seed(seed)) * 2
    future = torch.ones(count, count, dtype=torch.bool).triu(1)
    weights = scores.masked_fill(future, -torch.inf).softmax(-1)
    tokens = reading(tokens)
    return AttentionMaps(weights, tokens, tokens, "causal", "")


def maps_between(queries, keys, layers=2, heads=3, kind="cross", **marks):
    """Random weights from some tokens to others; in an encoder these are the same."""
    queries = keys if kind == "encoder" else queries
    shape = (layers, heads, len(queries), len(keys))
    weights = (torch.randn(shape, generator=torch.manual_seed(1)) * 2).softmax(-1)
    keys = reading(keys, **marks)
    return AttentionMaps(weights, keys if kind == "encoder" else reading(queries), keys, kind, "")


def watch(page):
    """A list that gathers what the page complains about."""
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    return errors


def open_view(page, view):
    """Show one view on a page without a kernel."""
    page.set_content(static_page(view))
    page.evaluate("window.shown")
    return page


def get(page, name):
    return page.evaluate(f"window.shown.then(([{{ model }}]) => model.get('{name}'))")


def put(page, name, value):
    page.evaluate(
        "async ([name, value]) => (await window.shown)[0].model.set(name, value)", [name, value]
    )
    drawn(page)
