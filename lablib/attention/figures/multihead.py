"""What the multihead panel shows of a result."""

from lablib.attention.compute.multihead import HeadParts
from lablib.attention.figures.shared import Cell, grid, window
from lablib.numbers import percent
from lablib.widgets.tokens import visible


def shares_words(parts: HeadParts, token: int) -> str:
    """Which head adds most to a token, and how much of all parts is left when they are added."""
    shares = parts.shares[:, token]
    left = float(parts.parts[:, token].sum(0).norm() / parts.norms[:, token].sum())
    most = int(shares.argmax())
    return (
        f"For ‘{visible(parts.tokens.tokens[token])}’ the longest part is that of head {most}: "
        f"{percent(float(shares[most]))} of all lengths. Added up, the parts are {percent(left)} "
        "as long as they are one by one: the rest cancels out, because they point in different "
        "directions."
    )


def shares_table(parts: HeadParts, token: int) -> str:
    """Each head's share of the layer's output, for the tokens round one of them and for all."""
    names = parts.tokens.tokens
    shown = window(token, len(names))
    rows = []
    for head, (shares, norms) in enumerate(
        zip(parts.shares.tolist(), parts.norms.tolist(), strict=True)
    ):
        mean = sum(shares) / len(shares)
        cells = [Cell(percent(shares[i]), shares[i], f"length {norms[i]:.3g}") for i in shown]
        rows.append((f"head {head}", [*cells, Cell(percent(mean), mean, "mean of all tokens")]))
    columns = ["", *(names[i] for i in shown), "mean"]
    return grid("Each head's share of the lengths of what the heads add", columns, rows)
