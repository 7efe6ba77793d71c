"""What came of two runs of which one has a bug."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BugEffect:
    """Two runs that differ by a bug.

    Attributes:
        measure: what is measured, with its unit.
        steps: after how many steps; or whatever else `axis` says.
        fixed, broken: the measure of the right and the wrong code, as far as each came.
        error: why the wrong code broke off; "" if it did not.
    """

    measure: str
    steps: tuple[int, ...]
    fixed: tuple[float, ...]
    broken: tuple[float, ...]
    error: str = ""
    axis: str = "training steps"

    def table(self) -> list[dict[str, Any]]:
        """One row per measurement: `step`, `fixed`, `broken` (None where it had broken off)."""
        wrong = [*self.broken, *[None] * len(self.steps)]
        return [
            {"step": step, "fixed": right, "broken": wrong[i]}
            for i, (step, right) in enumerate(zip(self.steps, self.fixed, strict=True))
        ]
