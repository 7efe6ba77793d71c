"""The field's words in the code: names of our own making do not come back."""

import ast
import re

import pytest

from tests.conftest import ROOT
from tests.imports import parsed

INSTEAD = {
    "IGNORED": "IGNORE_INDEX",
    "_cut_gradient": "_clip_gradients",
    "_step_back": "_lower_thread_priority",
    "_tell": "_on_status, _log_record",
    "alarms": "fp",
    "Attended": "AttentionCall",
    "Bill": "TrainingCost",
    "chances": "probabilities, log_probs",
    "climb": "benchmark_stages",
    "Corner": "EdgeCase",
    "Desk": "SharedClassifier",
    "fates": "corruption_types",
    "Guard": "Regularization",
    "Harm": "BugEffect",
    "innocent": "correct_lines",
    "LookingPanel": "SearchPanelBase",
    "outdate": "mark_stale",
    "Overtaken": "Cancelled",
    "partings": "divergence_positions",
    "Pushes": "Attribution",
    "put_together": "unflatten",
    "Rung": "Stage, TextUnit",
    "slope": "grad_logits, derivative",
    "spoil": "inject_mistake",
    "Standing": "RunStatus, QuestionStatus",
    "striking_but_idle": "clear_pattern_low_effect_head",
    "Surprise": "TokenSurprisal",
    "take_apart": "flatten",
    "Told": "TrainingProgress",
    "twin": "shared_weight_copy",
    "watched_loss": "val_loss",
    "without_numbers": "on_meta_device",
}
"""A word that was ours, and what to write instead."""

PHRASES = {
    r"numbers? that (is|are) none|no number any ?more": "non-finite, NaN",
    r"gradient is .* long": "the gradient norm is",
    r"the way back": "the backward pass",
}
"""The same of what docstrings say."""

FILES = sorted((ROOT / "lablib").rglob("*.py"))


def identifiers(tree):
    """Every name that a file gives to something, or uses."""
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "name", "asname"):
            name = getattr(node, field, None)
            if isinstance(name, str):
                yield name


def docstrings(tree):
    """What the file, its classes and its functions say of themselves."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return filter(None, (ast.get_docstring(n) for n in ast.walk(tree) if isinstance(n, documented)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_and_docstrings_use_the_words_of_the_field(path):
    tree = parsed(path)
    ours = {name: INSTEAD[name] for name in identifiers(tree) if name in INSTEAD}
    assert ours == {}
    text = "\n".join(docstrings(tree))
    assert {p: word for p, word in PHRASES.items() if re.search(p, text)} == {}


def test_every_way_to_name_something_is_seen():
    code = "import a as b\nclass C:\n    def d(self, e):\n        self.f = [g for g in h]"
    assert set("abCdefgh") <= set(identifiers(ast.parse(code)))
