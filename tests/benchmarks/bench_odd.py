"""Half an hour of odd inputs for every public call and every panel (see `tests.odd`).

What is found is printed at once, with the call that repeats it. `LAB_ODD_SEED=7` draws others (they
are new ones every day), `LAB_ODD_MINUTES=5` takes five minutes.
"""

import os
import sys
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests import odd

MINUTES = float(os.environ.get("LAB_ODD_MINUTES", "30"))
SEED = int(os.environ.get("LAB_ODD_SEED", date.today().toordinal()))


def rows() -> list[dict[str, Any]]:
    """How many odd inputs were tried, and how many were not answered as they should be."""
    with TemporaryDirectory() as folder, odd.away(Path(folder)):
        tally = odd.Tally(found=lambda find: print(find, file=sys.stderr, flush=True))
        half = time.monotonic() + MINUTES * 30
        odd.fuzz_calls(lambda _: time.monotonic() > half, SEED, tally)
        odd.fuzz_panels(lambda _: time.monotonic() > half + MINUTES * 30, SEED, tally)
        executed = odd.executed(Path(folder))
    finds = len(tally.finds) + len(executed)
    return [
        {"name": f"odd inputs tried, seed {SEED}", "ours": tally.calls},
        {"name": "of them not answered by a result or a sentence", "ours": finds, "goal": 0,
         "less_is_better": True},
    ]  # fmt: skip
