"""Thirty small faults put into what is computed, one at a time: do a room's fast tests notice?

    python -m tests.benchmarks.mutations [ROOM ...]

Each fault is made in a copy of the project. A fault that no test notices names a test that is
missing; the command then ends with 1. Names of rooms choose; without any, all are tried.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.conftest import ROOT


class Fault(NamedTuple):
    """A line as it is, and as it would be wrong. The file is `lablib/ROOM/FILE`."""

    room: str
    file: str
    right: str
    wrong: str


FAULTS = (
    Fault("sampling", "compute/distribution.py", "cumsum(0) <= 1 - p)", "cumsum(0) < 1 - p)"),
    Fault(
        "sampling",
        "compute/distribution.py",
        "score < 0, score * penalty, score / penalty",
        "score < 0, score / penalty, score * penalty",
    ),
    Fault("sampling", "compute/distribution.py", "logits < worst_kept", "logits <= worst_kept"),
    Fault(
        "sampling",
        "compute/distribution.py",
        "unlikely = probabilities < p *",
        "unlikely = probabilities <= p *",
    ),
    Fault(
        "sampling",
        "compute/beams.py",
        "totals = log_probabilities + self._cumulative[:, None]",
        "totals = log_probabilities",
    ),
    Fault(
        "attention", "compute/steps.py", "return size**-0.5 if scale", "return size**-1.0 if scale"
    ),
    Fault(
        "attention",
        "compute/steps.py",
        "return AttentionSteps(scores, scaled,",
        "return AttentionSteps(scaled, scaled,",
    ),
    Fault(
        "attention",
        "compute/metrics.py",
        "return places[:, None] - places",
        "return places - places[:, None]",
    ),
    Fault(
        "attention",
        "compute/metrics.py",
        "divergence.clamp(min=0).mean(-1)",
        "divergence.clamp(min=0).amax(-1)",
    ),
    Fault(
        "attention",
        "compute/ablation.py",
        "return self.loss_after - self.loss_before",
        "return self.loss_before - self.loss_after",
    ),
    Fault(
        "masking",
        "compute/sentences.py",
        "return self.total / len(self.places)",
        "return self.total / (len(self.places) + 1)",
    ),
    Fault(
        "masking",
        "compute/evidence.py",
        "self.log_probability - chance for",
        "chance - self.log_probability for",
    ),
    Fault(
        "masking",
        "compute/learning.py",
        "return alpha * words + beta * next_sentence",
        "return beta * words + alpha * next_sentence",
    ),
    Fault(
        "masking",
        "compute/joint.py",
        "likely = scores.topk(min(beams + 1,",
        "likely = scores.topk(min(1,",
    ),
    Fault(
        "masking",
        "compute/bias.py",
        "self.log_probabilities[:, 0] - self.log_probabilities[:, 1]",
        "self.log_probabilities[:, 1] - self.log_probabilities[:, 0]",
    ),
    Fault("tokenization", "compute/word.py", "return path[::-1]", "return path"),
    Fault("tokenization", "compute/word.py", "worst - UNKNOWN_PENALTY", "worst"),
    Fault("tokenization", "compute/comparison.py", "int(self.encoding.added.sum())", "0"),
    Fault("tokenization", "compute/sizes.py", "% 2 == 0]", "% 2 == 1]"),
    Fault(
        "tokenization",
        "compute/levels.py",
        "(before > first) | (after < last)",
        "(before > first) & (after < last)",
    ),
    Fault("foundations", "compute/bleu.py", "range(len(words) - n + 1)", "range(len(words) - n)"),
    Fault(
        "foundations", "compute/ngrams.py", "(found.total + k * vocab_size)", "(found.total + k)"
    ),
    Fault(
        "foundations",
        "compute/threshold.py",
        "return _share(self.tp, self.tp + self.fp)",
        "return _share(self.tp, self.tp + self.fn)",
    ),
    Fault(
        "foundations",
        "compute/perplexity.py",
        "nats / math.log(2) for nats",
        "nats * math.log(2) for nats",
    ),
    Fault(
        "foundations",
        "compute/scale.py",
        "return 6.0 * parameters * tokens",
        "return 2.0 * parameters * tokens",
    ),
    Fault("transfer", "compute/judge.py", "return odds[0] - odds[1:]", "return odds[1:] - odds[0]"),
    Fault(
        "transfer",
        "compute/classifier.py",
        "return sorted(pairs, key=lambda pair: -pair[1])[:k]",
        "return sorted(pairs, key=lambda pair: pair[1])[:k]",
    ),
    Fault("transfer", "compute/growth.py", ".sum(1) / mask.sum(1))", ".sum(1) / hidden.shape[1])"),
    Fault("training", "methods.py", "lora_alpha=2 * config.rank", "lora_alpha=config.rank"),
    Fault("training", "guards.py", "~watched.isfinite()", "watched.isnan()"),
)


def is_noticed(fault: Fault, copy: Path) -> bool:
    """Whether a fast test of the room fails with the fault in the copy, which is mended after."""
    file = copy / "lablib" / fault.room / fault.file
    code = file.read_text(encoding="utf-8")
    file.write_text(code.replace(fault.right, fault.wrong), encoding="utf-8")
    own = copy.glob(f"tests/{fault.room}/test_*{file.stem}*.py")  # most likely, so first
    places = [file, *sorted(own), copy / "tests" / fault.room]
    command = [sys.executable, "-m", "pytest", "--fast", "-x", "-q", *map(str, places)]
    done = subprocess.run(
        command, cwd=copy, env=os.environ | {"PYTHONPATH": str(copy)}, capture_output=True
    )
    file.write_text(code, encoding="utf-8")
    return done.returncode == 1


def main(rooms: list[str]) -> int:
    """Try them and say what came of each."""
    chosen = [fault for fault in FAULTS if not rooms or fault.room in rooms]
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", "node_modules"))
        for fault in chosen:
            noticed = is_noticed(fault, copy)
            missed += not noticed
            print("noticed" if noticed else "MISSED ", *fault[:2], fault.wrong, flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
