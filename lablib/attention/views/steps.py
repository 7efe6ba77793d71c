"""The steps view: from queries, keys and values to the output, stage by stage, in the browser."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from lablib.attention.views.weights import page_tokens
from lablib.widgets.assets import source

_HERE = Path(__file__).parent


class StepsView(anywidget.AnyWidget):
    """softmax(QKᵀ/√d_k)V of one head: every matrix, three switches, and the numbers of one link.

    The page computes every stage itself from q, k and v, to 1e-5 as `lablib.attention.steps` does,
    so the switches answer at the screen's frame rate and in an exported page.

    Attributes:
        use_scale: whether the scores are scaled.
        use_mask: whether later tokens are hidden.
        temperature: divides the scaled scores.
        pointed: the link pointed at: `query`, `key` and `dimension` (None for all).

    Example:
        >>> view = StepsView()
        >>> view.show([[2.0, 0.0]], [[2.0, 0.0]], [[1.0]], ["a"])
        >>> view.shape, len(view.q), round(view.scale, 4)
        ([1, 1, 2, 1], 8, 0.7071)
    """

    _esm = source(_HERE / "steps.js")
    _css = source(_HERE / "steps.css")
    link_traits = ("use_scale", "use_mask", "temperature")

    x = traitlets.Bytes().tag(sync=True)
    q = traitlets.Bytes().tag(sync=True)
    k = traitlets.Bytes().tag(sync=True)
    v = traitlets.Bytes().tag(sync=True)
    bias = traitlets.Bytes().tag(sync=True)
    shape: Any = traitlets.List(traitlets.Int(), [0, 0, 0, 0]).tag(sync=True)
    query_tokens: Any = traitlets.List(traitlets.Dict()).tag(sync=True)
    key_tokens: Any = traitlets.List(traitlets.Dict()).tag(sync=True)
    scale = traitlets.Float(1.0).tag(sync=True)
    causal = traitlets.Bool(True).tag(sync=True)

    # An echo of an older move would set a switch back under the learner's hand.
    use_scale = traitlets.Bool(True).tag(sync=True, echo_update=False)
    use_mask = traitlets.Bool(True).tag(sync=True, echo_update=False)
    temperature = traitlets.Float(1.0).tag(sync=True, echo_update=False)
    pointed: Any = traitlets.Dict().tag(sync=True, echo_update=False)

    def show(
        self,
        q: ArrayLike,
        k: ArrayLike,
        v: ArrayLike,
        tokens: Sequence[str],
        key_tokens: Sequence[str] | None = None,
        causal: bool = True,
        scale: float | None = None,
        bias: ArrayLike | None = None,
        x: ArrayLike | None = None,
    ) -> None:
        """Draw the attention of one head; the switches stay as they are.

        Args:
            q: queries, [query, d_k].
            k: keys, [key, d_k].
            v: values, [key, value size].
            tokens: the text of each token that looks, [query].
            key_tokens: the text of each token that is looked at; the same tokens by default.
            causal: whether the model hides later tokens. If it changes, `use_mask` follows.
            scale: what the model multiplies the scores by; 1/√d_k by default.
            bias: what it adds to the scaled scores, [query, key]; nothing by default.
            x: the vectors of which queries, keys and values are products, [query, width]; not shown
                by default.

        Raises:
            ValueError: if the shapes do not fit.
        """
        parts = [np.asarray(part, dtype=np.float32) for part in (q, k, v)]
        key_tokens = tokens if key_tokens is None else key_tokens
        shape = _shape(parts, len(tokens), len(key_tokens))
        given = np.zeros((len(tokens), 0)) if x is None else np.asarray(x)
        if len(given) != len(tokens):
            raise ValueError(f"x needs a row for each of {len(tokens)} tokens, not {len(given)}.")
        added = np.zeros(0) if bias is None else np.broadcast_to(np.asarray(bias), shape[:2])
        with self.hold_sync():
            if causal != self.causal:
                self.causal = self.use_mask = causal
            self.q, self.k, self.v = (part.tobytes() for part in parts)
            self.x = given.astype(np.float32).tobytes()
            self.bias = added.astype(np.float32).tobytes()
            self.shape = shape
            self.scale = shape[2] ** -0.5 if scale is None else float(scale)
            self.query_tokens = page_tokens(tokens)
            self.key_tokens = page_tokens(key_tokens)

    @traitlets.validate("temperature")
    def _above_zero(self, proposal: Any) -> float:
        if not 0 < proposal.value < float("inf"):
            raise traitlets.TraitError("A temperature is a number above 0.")
        return proposal.value


def _shape(parts: list[np.ndarray], queries: int, keys: int) -> list[int]:
    """[query, key, d_k, value size] of vectors that fit each other and the tokens."""
    given = [part.shape for part in parts]
    sizes = [shape[-1] if shape else 0 for shape in given]
    if given != [(queries, sizes[0]), (keys, sizes[0]), (keys, sizes[2])] or 0 in (*sizes, queries):
        raise ValueError(
            f"q, k and v need a row for each of {queries} and {keys} tokens, q and k equally "
            f"long rows, unlike {given[0]}, {given[1]} and {given[2]}."
        )
    return [queries, keys, sizes[0], sizes[2]]
