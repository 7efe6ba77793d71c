"""What a pretrained encoder is worth on the labelled sets, in points of test accuracy."""

from collections.abc import Iterator
from statistics import mean
from typing import Any

from lablib import transfer as tr


def rows() -> Iterator[dict[str, Any]]:
    """Each way at each size over three seeds, beside the same encoder from random weights."""
    for name in ("sentiment", "topic"):
        points = [p for p in tr.measure_transfer(tr.read_labelled(name)) if p]
        found = {(row.method, row.size): row for row in tr.growth(points)}
        for (method, size), row in found.items():
            if method != "scratch":
                scratch = found["scratch", size].mean
                yield {
                    "name": f"{name}, {size} texts, {method} ± {100 * row.spread:.0f}",
                    "ours": 100 * row.mean,
                    "peer": 100 * scratch,
                    "unit": "% right",
                    "ratio": row.mean / scratch,
                }
    yield from recipes()


def recipes() -> Iterator[dict[str, Any]]:
    """Both recipes on either set, as the training panel runs them: mean of three seeds."""
    for name in ("sentiment", "topic"):
        labelled = tr.read_labelled(name)
        for recipe in tr.RECIPES:
            accuracies = []
            for seed in range(3):
                *_, last = tr.fine_tune(labelled, tr.recipe(recipe, seed=seed))
                said = tr.predict(last.classifier, labelled.test.texts)
                accuracies.append(tr.score(said, labelled.test.labels).accuracy)
            yield {
                "name": f"{name}, all weights, recipe {recipe}",
                "ours": 100 * mean(accuracies),
                "unit": "% right",
            }
