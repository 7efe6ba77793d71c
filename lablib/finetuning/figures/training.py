"""What the training panel shows of a result."""

from lablib.finetuning.compute.estimate import PARTS, Memory
from lablib.finetuning.figures.shared import size
from lablib.widgets.html import fill

_BAR = """<div role="img" aria-label="{label}" style="position: relative; height: 24px;
 display: flex; border: 1px solid var(--jp-border-color1, #bdbdbd); border-radius: 4px;
 overflow: hidden">"""


_PART = """<div title="{name}: {size}" style="width: {share}%; background: {colour}; color: {ink};
 border-right: 1px solid var(--jp-layout-color1, #fff); text-align: center; font-size: 12px;
 line-height: 24px; overflow: hidden; box-sizing: border-box">{number}</div>"""


_LEFT = """<div style="flex: 1; text-align: center; font-size: 12px; line-height: 24px">{size} more
 are free</div>"""


_LIMIT = """<div style="position: absolute; left: {share}%; top: 0; bottom: 0; width: 0;
 border-left: 3px dashed var(--jp-error-color1, #d32f2f)"></div>"""


_KEY = """<li style="display: inline-block; margin: 4px 24px 0 0" title="{what}"><span
 style="display: inline-block; width: 16px; text-align: center; font-size: 12px; border-radius: 2px;
 background: {colour}; color: {ink}">{number}</span> {name} {size}</li>"""


_KEYS = '<ul style="padding: 0; margin: 0; list-style: none">'


_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")


_INKS = ("#fff", "#000", "#000", "#000", "#000")


def memory_bar(memory: Memory, free: int) -> str:
    """The parts of a run's memory side by side, against what is free, as HTML.

    Where far more is free than is needed, what is left over is drawn shorter than it is.
    """
    whole = max(memory.total, min(free, 4 * memory.total), 1)
    parts = [
        {"name": name, "size": size(amount), "share": f"{100 * amount / whole:.2f}",
         "number": place, "colour": colour, "ink": ink, "what": PARTS[name]}
        for place, ((name, amount), colour, ink) in enumerate(
            zip(memory.table(), _COLOURS, _INKS, strict=True), 1)
    ]  # fmt: skip
    said = ", ".join(f"{part['name']} {part['size']}" for part in parts)
    segments = "".join(fill(_PART, **part) for part in parts)
    limit = fill(_LIMIT, share=f"{100 * free / whole:.2f}") if free < memory.total else ""
    left = fill(_LEFT, size=size(free - memory.total)) if free > memory.total else ""
    keys = "".join(fill(_KEY, **part) for part in parts)
    return (
        fill(_BAR, label=f"Memory: {said}; {size(free)} free")
        + f"{segments}{left}{limit}</div>{_KEYS}{keys}</ul>"
    )
