"""The knob view: the model's logits once, and every knob answered in the browser."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from lablib.sampling.compute.knobs import ALL_STAGES, CONTROLS, OFF, STAGES, Knobs, whole_order
from lablib.widgets.assets import source
from lablib.widgets.tokens import sendable, visible

_HERE = Path(__file__).parent


class KnobView(anywidget.AnyWidget):
    """Knobs over the next token's distribution, drawn stage by stage: six in sight, more in a fold.

    Python sends the scores of the whole vocabulary once per prompt. The page ranks them, applies
    the knobs as the logits processors of `transformers` do, and draws: no knob waits for a kernel.

    `knobs` and `order` go both ways; a knob that is not named is off. 250 ms after the last move
    the page writes them back, with a `summary` of its picture: `knobs`, `order`, `size`, `kept`,
    `entropy` in bits, `effective_choices`, `stages` (a dict per stage) and `top` (pairs of token id
    and probability). `picked` is the id of the token whose bar was clicked, if `pickable`. A
    `simple` view has one knob, the temperature, and eight bars.

    Example:
        >>> view = KnobView(knobs={"temperature": 0.7})
        >>> view.use_vocabulary([" time", " there", "\\n"])
        >>> view.show([2.0, 1.0, 0.0], previous=[2], prompt="Once upon a")
        >>> len(view.logits), view.previous
        (12, [2])
    """

    _esm = source(_HERE / "knobs.js")
    _css = source(_HERE / "knobs.css")
    link_traits = ("knobs", "order")

    logits = traitlets.Bytes().tag(sync=True)
    vocabulary = traitlets.Bytes().tag(sync=True)
    previous: Any = traitlets.List(traitlets.Int()).tag(sync=True)
    prompt_text = traitlets.Unicode().tag(sync=True)
    pickable = traitlets.Bool(False).tag(sync=True)
    simple = traitlets.Bool(False).tag(sync=True)
    # An echo of an older move would set a knob back under the learner's hand.
    knobs: Any = traitlets.Dict(default_value=asdict(OFF)).tag(sync=True, echo_update=False)
    more: Any = traitlets.List(
        traitlets.Dict(),
        [asdict(one) for one in CONTROLS if one.name not in STAGES],
        read_only=True,
    ).tag(sync=True)
    order: Any = traitlets.List(traitlets.Unicode(), list(ALL_STAGES)).tag(
        sync=True, echo_update=False
    )
    summary: Any = traitlets.Dict().tag(sync=True, echo_update=False)
    picked = traitlets.Int(None, allow_none=True).tag(sync=True, echo_update=False)

    def use_vocabulary(self, tokens: Iterable[str]) -> None:
        """Name the tokens: their texts by id, shown with marks for what cannot be seen."""
        self.vocabulary = json.dumps([visible(token) for token in tokens]).encode()

    def show(self, logits: ArrayLike, previous: Iterable[int] = (), prompt: str = "") -> None:
        """Draw a new distribution.

        Args:
            logits: the model's scores for the next token, [vocabulary].
            previous: the ids of the prompt, on which the repetition penalty acts.
            prompt: the prompt's text; its end stands over the picture.
        """
        with self.hold_sync():
            self.logits = np.asarray(logits, dtype=np.float32).tobytes()
            self.previous = [int(token) for token in previous]
            self.prompt_text = sendable(prompt)
            self.picked = None

    @traitlets.validate("knobs")
    def _known_knobs(self, proposal: Any) -> dict[str, float]:
        try:
            return asdict(Knobs(**proposal.value))
        except (TypeError, ValueError) as error:
            raise traitlets.TraitError(str(error)) from None

    @traitlets.validate("order")
    def _each_stage_once(self, proposal: Any) -> list[str]:
        try:
            return list(whole_order(proposal.value))
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None
