"""Two models side by side: one panel twice, each with its own model, the controls in step."""

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
import traitlets

from lablib.widgets import LivePanel


class SideBySide(ipywidgets.HBox):
    """Two panels of one kind beside each other, their controls linked.

    `panels` are the two.
    """

    def __init__(self, first: LivePanel, second: LivePanel) -> None:
        self.panels = (first, second)
        for one, other in zip(first.controls, second.controls, strict=True):
            traitlets.link((one, "value"), (other, "value"))
        for panel in self.panels:
            panel.layout.flex = "1 1 0"
            panel.layout.min_width = "0"
        super().__init__([first, second], layout={"width": "100%", "grid_gap": "8px"})


def side_by_side(
    panel: Callable[..., LivePanel],
    *arguments: Any,
    models: Sequence[str] = ("minilm-masked", "pocket-bert"),
    **options: Any,
) -> SideBySide:
    """Show a panel twice, with two models: what is typed or moved in one moves in the other.

    Args:
        panel: one of this room's panels that answer at once, such as `fill_panel`.
        arguments, options: what the panel takes.
        models: the two models: names, hub ids or folders; each can be changed on its badge.

    Raises:
        ValueError: for another number of models than two.

    Example:
        >>> from lablib.masking import fill_panel
        >>> pair = side_by_side(fill_panel, "A [MASK].", models=("pocket-bert", "pocket-bert"))
        >>> pair.panels[0].input.text.value = "The [MASK]."
        >>> pair.panels[1].input.text.value
        'The [MASK].'
    """
    if len(models) != 2:
        raise ValueError("Give two models to compare, such as minilm-masked and pocket-bert.")
    first, second = (panel(*arguments, model=model, **options) for model in models)
    return SideBySide(first, second)
