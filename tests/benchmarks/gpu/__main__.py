"""`make gpu`: measure everything, and write it down after each part.

    python -m tests.benchmarks.gpu [--small] [--seconds 350] [--folder FOLDER] [PART …]

Where no GPU is, `--small` shows in a minute that the script works, without what a compiler takes
minutes for; a processor's figures say nothing of a GPU.
"""

import argparse
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.gpu import checks, report
from tests.benchmarks.gpu.real import logbook_part
from tests.benchmarks.gpu.running import Outcome, Part, Start, run
from tests.benchmarks.gpu.sizes import FULL, SMALL, Size, make_model
from tests.benchmarks.gpu.speed import ladder, loop_part, sentences

SECONDS = 350
"""For all parts: setting up a fresh machine takes two minutes more, and eight are the aim."""
ABOUT_SECONDS = 60

FIRST, UP_TO_FULL, FIRST_AND_FULL = slice(1), slice(4), slice(0, 4, 3)
PARTS: dict[str, tuple[Part, float]] = {
    "devices": (checks.devices_agree, 60),
    "ours": (loop_part("ours"), 45),
    "Trainer": (loop_part("Trainer", FIRST), 30),
    "Trainer, same precision": (loop_part("Trainer, same precision", UP_TO_FULL), 40),
    "plain": (loop_part("plain", FIRST), 30),
    "not a number": (checks.not_a_number, 30),
    "half precision": (checks.half_precision, 40),
    "little memory": (checks.little_memory, 40),
    "resume": (checks.resumed, 60),
    # A compiler takes most of it: the first size is there in time, the second one perhaps.
    "plain, compiled": (loop_part("plain, compiled", FIRST_AND_FULL), 70),
    "ours, compiled": (loop_part("ours, compiled", FIRST_AND_FULL), 70),
    report.REAL[0]: (logbook_part(pocket=True), 40),
    report.REAL[1]: (logbook_part(pocket=False), 40),
    "sentences": (sentences, 30),
    "ladder": (ladder, 100),
    "pretraining": (checks.pretraining, 60),
}
"""Every part and the most seconds that it may take on a GPU, what matters most first."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the parts and write what they find."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gpu", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--small", action="store_true", help="sizes for a processor")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for all parts")
    parser.add_argument("--folder", type=Path, help="for the results")
    args = parser.parse_args(arguments)
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"there is no part {sorted(unknown)[0]!r}: {', '.join(PARTS)}")
    names = args.parts or [n for n in PARTS if not (args.small and "compiled" in n)]
    wake()
    measure(names, SMALL if args.small else FULL, args.seconds, args.folder, bool(args.parts))


def one_gpu(environment: Mapping[str, str]) -> dict[str, str]:
    """What has to be set before torch looks for GPUs: one is measured, since Trainer would take all
    that it sees, and they are counted without waking them, or no forked child could.

    >>> one_gpu({"CUDA_VISIBLE_DEVICES": "2,3"})["CUDA_VISIBLE_DEVICES"]
    '2'
    """
    first = environment.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]
    return {"CUDA_VISIBLE_DEVICES": first, "PYTORCH_NVML_BASED_CUDA_CHECK": "1"}


def wake() -> None:
    """Import what the parts need, once for all that are forked; none of it touches the GPU."""
    os.environ.update(one_gpu(os.environ))
    import accelerate  # noqa: F401
    import peft  # noqa: F401
    import torch  # noqa: F401
    from transformers import BertForPreTraining, GPT2LMHeadModel, Trainer  # noqa: F401


def measure(
    names: Sequence[str], size: Size, seconds: float, folder: Path | None, adds: bool = False
) -> None:
    """Run some parts, writing down after each what is known.

    Args:
        adds: whether what an earlier round found of other parts stays.
    """
    end = time.monotonic() + seconds
    with TemporaryDirectory() as place:
        model, log = Path(place, "model"), Path(place, "log.txt")
        about, start = whereabouts(size, model, log)
        if "name" not in about or (size is FULL and about["type"] != "cuda"):
            why = f" ({about['missing']})" if "missing" in about else ""
            raise SystemExit(f"torch sees no GPU here{why}: --small shows that the script works.")
        home = folder or report.RESULTS / report.folder_name(about["name"])
        home.mkdir(parents=True, exist_ok=True)
        log = home / "log.txt"
        log.unlink(missing_ok=True)
        print(f"{about['name']}: results go to {home}", flush=True)
        make = run(saved, size, model, log, end - time.monotonic(), start)
        results: dict[str, Any] = {"about": about, "size": asdict(size), "parts": {}}
        if adds:
            results["parts"] = report.earlier_parts(home, results)
        for name in names:
            part, most = PARTS[name]
            left = min(most if size is FULL else seconds, end - time.monotonic())
            outcome = make if make.missing else run(part, size, model, log, left, start)
            results["parts"][name] = asdict(outcome)
            report.write(results, home)
            print(said(name, outcome), flush=True)
    if home.parent == report.RESULTS:
        report.write_readme()


def saved(size: Size, model: Path) -> Any:
    """The part that makes the model for all others."""
    make_model(size, model)
    yield "model", str(model)


def whereabouts(size: Size, model: Path, log: Path) -> tuple[dict[str, Any], Start | None]:
    """What the device is, or why it cannot be used, and how children have to be started.

    Should a library have woken the GPU while it was imported, a forked child sees none.
    """
    start: Start | None = None
    outcome = run(checks.about, size, model, log, ABOUT_SECONDS)
    if outcome.found.get("type") != "cuda" and which("nvidia-smi"):
        again = run(checks.about, size, model, log, ABOUT_SECONDS, "spawn")
        if again.found.get("type") == "cuda":
            outcome, start = again, "spawn"
    missing = {"missing": outcome.missing} if outcome.missing else {}
    return outcome.found | missing, start


def said(name: str, outcome: Outcome) -> str:
    """A line for the terminal.

    >>> said("ladder", Outcome({"fp32": {}}, 3.21, ""))
    'ladder: 1 found in 3 s'
    """
    why = f"; {outcome.missing}" if outcome.missing else ""
    return f"{name}: {len(outcome.found)} found in {outcome.seconds:.0f} s{why}"


if __name__ == "__main__":
    main()
