"""What a learner does in the first lesson, as a script for a Python of its own; and its findings.

`python -m tests.sessions` opens a model, answers a question, uploads a text, trains on it, finds
the run again, asks for a model that only the hub has, and prints what came of each as JSON. Tests
run it in the houses where the labs are really used (`tests/test_deployments.py`).
"""

import json
import sys
import warnings
from datetime import datetime

QUESTION, ANSWER = "sampling/greedy-three", 0
UPLOAD = "Grüße aus Łódź. Der alte Leuchtturm stand am Meer. " * 40


def main():
    """Print what came of it."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", UserWarning)
        warnings.simplefilter("always", EncodingWarning)
        found = {"drawn": drawn(), **answered(), **trained(), "hub": from_the_hub()}
    unnamed = [one for one in said if issubclass(one.category, EncodingWarning)]
    found["unnamed"] = [f"{one.filename}:{one.lineno}" for one in unnamed]
    found["warned"] = [str(one.message) for one in said if one not in unnamed]
    json.dump(found, sys.stdout, ensure_ascii=True)


def drawn():
    """The state of a panel that has drawn, and whether an accented text is in its code."""
    from lablib import sampling as sp

    panel = sp.knob_panel("Il était une fois")
    panel.wait(600)
    return [panel.state, "était" in panel.foot.code, panel.foot.message]


def answered():
    """What is said when a prediction is made, and what a cell that is run again knows of it."""
    from lablib import exercises as ex

    view = ex.predict(QUESTION)
    answer = view._record.answer[ANSWER].text
    view._act("answer", answer)
    again = ex.predict(QUESTION)
    return {
        "answered": [again._now.state != "new", again._now.answer == answer],
        "notes": [block.get("text", "") for block in again.card.content["blocks"]],
        "spoken": repr(again),
    }


def trained():
    """Where an upload and a run went, what was said, and what is found again."""
    from lablib import finetuning as ft
    from lablib.finetuning.panel.text_choice import UPLOADED, TextChoice
    from lablib.training.run import RUNS

    choice = TextChoice("lighthouse", RUNS)
    choice.source.value = UPLOADED
    choice.upload.value = ({"name": "Mein Text ü.txt", "type": "text/plain",
                            "size": 1, "content": memoryview(UPLOAD.encode()),
                            "last_modified": datetime(2026, 1, 1)},)  # fmt: skip
    settings = {"steps": 2, "length": 16, "batch": 2, "device": "cpu"}
    found = {"uploaded": choice.value, "upload_said": choice.said.value}
    try:
        run = ft.Run(ft.Config(text=choice.value or "lighthouse", **settings))
        run.start()
        run.wait(600)
    except ValueError as error:
        return {**found, "refused": str(error)}
    listed = [str(info.folder) for info in ft.runs()]
    return {
        **found,
        "run": [run.state, run.message],
        "folder": str(run.folder),
        "listed": str(run.folder) in listed,
        "opens": run.state == "done" and run.load().card.parameters > 0,
    }


def from_the_hub():
    """The parameters of a model of the hub that may be in a cache, or why it does not open."""
    from lablib import models

    try:
        return models.load("owner/tiny", kind="causal").card.parameters
    except ValueError as error:
        return str(error)


if __name__ == "__main__":
    main()
