"""What the layers panel shows of a result."""

from lablib.attention.compute.layers import Lens
from lablib.attention.figures.shared import Cell, grid, window
from lablib.numbers import percent
from lablib.widgets.tokens import visible


def lens_table(lens: Lens) -> str:
    """What the model would say after each layer, for the last places of the text, as HTML.

    The darker a cell, the surer the model; its tooltip has the next candidates.
    """
    places = len(lens.texts[0])
    shown = window(places - 1, places)
    rows = [
        (
            f"layer {layer - 1}" if layer else "no layer",
            [_lens_cell(lens, layer, place) for place in shown],
        )
        for layer in range(len(lens.texts))
    ]
    columns = ["after", *(lens.tokens.tokens[lens.start + place] for place in shown)]
    return grid("The likeliest token after each layer, at each place of the text", columns, rows)


def _lens_cell(lens: Lens, layer: int, place: int) -> Cell:
    texts = [visible(text) for text in lens.texts[layer][place]]
    probabilities = lens.probabilities[layer, place].tolist()
    tip = ", ".join(f"{text} {percent(p, 1)}" for text, p in zip(texts, probabilities, strict=True))
    return Cell(f"{texts[0]}\n{percent(probabilities[0])}", probabilities[0], tip)


def lens_words(lens: Lens) -> str:
    """From which layer on the model would say what it says in the end, at the last place."""
    best = [texts[-1][0] for texts in lens.texts]
    last = len(best) - 1
    first = next(
        layer for layer in range(last + 1) if best[layer:] == [best[-1]] * (last + 1 - layer)
    )
    said = f"‘{visible(best[-1])}’"
    where = "the token vectors alone" if first == 0 else f"layer {first - 1}"
    return (
        f"At the end of the text the model says {said}. It would have said so from {where} on. "
        f"Before the first layer the lens reads ‘{visible(best[0])}’."
    )
