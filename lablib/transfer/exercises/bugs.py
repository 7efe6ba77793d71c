"""Spot the bug: code that people really write, and why it is wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lablib.exercises.checking import FunctionCheck, Mistake
from lablib.exercises.records import Bug, source
from lablib.finetuning.exercises import watching
from lablib.transfer.exercises import broken, solutions


def practice_training(epochs: int, batches: int) -> tuple[int, range, Callable[[Any], Any], Any]:
    """Arguments of `train`: one number to learn, and a rate that falls from 1 to 0 in a line.

    >>> _, _, _, scheduler = practice_training(2, 2)
    >>> scheduler.get_last_lr()
    [1.0]
    """
    import torch

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: max(0.0, 1 - step / (epochs * batches))
    )
    return epochs, range(batches), lambda batch: optimizer.step(), scheduler


@contextmanager
def _rates_of_the_steps(arguments: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    yield watching.rates_of_the_steps(arguments[3].optimizer)


def _scheduler_first(epochs: int, batches: Any, learn: Any, scheduler: Any) -> list[float]:
    rates = []
    for _ in range(epochs):
        for batch in batches:
            scheduler.step()
            rates.append(scheduler.get_last_lr()[0])
            learn(batch)
    return rates


def _late(epochs: int, batches: Any, learn: Any, scheduler: Any) -> list[float]:
    rates = []
    for _ in range(epochs):
        for batch in batches:
            learn(batch)
            scheduler.step()
            rates.append(scheduler.get_last_lr()[0])
    return rates


def _twice(epochs: int, batches: Any, learn: Any, scheduler: Any) -> list[float]:
    rates = []
    for _ in range(epochs):
        for batch in batches:
            rates.append(scheduler.get_last_lr()[0])
            learn(batch)
            scheduler.step()
        scheduler.step()
    return rates


SCHEDULER = Bug(
    id="transfer/scheduler-per-epoch",
    title="A rate that will not fall",
    minutes=3,
    difficulty=1,
    question=(
        "The scheduler was made to bring the learning rate from its highest to 0 over all steps. "
        "After three epochs the rate has hardly moved, and the loss still jumps about. Which line "
        "is the reason?"
    ),
    code=source(broken.train),
    line="scheduler.step()",
    why=(
        "It stands outside the inner loop, so the scheduler counts epochs: 3 of its 24 steps. Its "
        "step belongs behind every step of the optimizer. (Some schedulers count epochs; what "
        "matters is that whoever made it meant the same as whoever calls it.)"
    ),
    innocent={
        "get_last_lr": "This notes the rate before the step is made with it. That is right.",
        "learn(batch)": "One step on one batch. That is right.",
        "for batch in batches": "Each batch once an epoch. That is right.",
        "range(epochs)": "All the epochs. That is right.",
    },
    check=FunctionCheck(
        solutions.train,
        cases=lambda: [practice_training(2, 3), practice_training(3, 1)],
        watch=_rates_of_the_steps,
        mistakes=(
            Mistake(broken.train, "The rate still stays the same for a whole epoch."),
            Mistake(
                _late,
                "The rate falls at every step now, but you note it after the step: the first step "
                "was made with the highest rate.",
            ),
            Mistake(
                _scheduler_first,
                "The scheduler makes its step before the optimizer does, so that no step is made "
                "with the highest rate.",
            ),
            Mistake(
                _twice,
                "It is called at every step, and once more at the end of each epoch. Take the old "
                "line away.",
            ),
        ),
    ),
    hints=("How often is `scheduler.step()` called in an epoch of 8 batches?",),
    solution=source(solutions.train),
    lesson="Plot the learning rate beside the loss. A rate that is wrong is seen at once.",
)


def _validation_itself(validation: list[float], test: list[float], patience: int) -> float:
    return solutions.reported(validation, validation, patience)


def _last(validation: list[float], test: list[float], patience: int) -> float:
    best, waited, last = 0, 0, 0
    for last in range(1, len(validation)):
        waited += 1
        if validation[last] > validation[best]:
            best, waited = last, 0
        if waited == patience:
            break
    return test[last]


STOPPED_BY_THE_TEST = Bug(
    id="transfer/stopped-by-the-test",
    title="Better than it will ever be again",
    minutes=3,
    difficulty=2,
    question=(
        "Early stopping: training ends when nothing has become better for `patience` epochs, and "
        "the best epoch's model is kept. Reported is its test accuracy. In use the model is always "
        "a few points worse than what was reported. Which line is the reason?"
    ),
    code=source(broken.reported),
    line="if test[epoch]",
    why=(
        "The epoch is chosen by the test part. Of many epochs the luckiest *on these very texts* "
        "is taken, and its luck is reported as skill. Choose by the validation part; then the test "
        "part is new to the choice, and its accuracy is fair."
    ),
    innocent={
        "return test[best]": "The test accuracy of the chosen epoch. That is what is wanted.",
        "waited += 1": "One more epoch without anything better, until the next line says else.",
        "waited == patience": "Here it gives up. That is right.",
        "range(1, ": "Epoch 0 is the best so far; the others follow. That is right.",
    },
    check=FunctionCheck(
        solutions.reported,
        cases=lambda: [
            ([0.5, 0.7, 0.8, 0.79, 0.78], [0.5, 0.72, 0.74, 0.81, 0.7], 2),
            ([0.6, 0.65, 0.64, 0.63, 0.9], [0.6, 0.61, 0.66, 0.64, 0.85], 2),
            ([0.4, 0.5, 0.6, 0.55], [0.6, 0.5, 0.52, 0.9], 2),
        ],
        mistakes=(
            Mistake(broken.reported, "The test part still chooses the epoch."),
            Mistake(
                _validation_itself,
                "The choice is fair now, but you report the validation accuracy of the chosen "
                "epoch, which was chosen because it is high.",
            ),
            Mistake(
                lambda validation, test, patience: test[validation.index(max(validation))],
                "The validation part chooses now, but training never gives up: after `patience` "
                "epochs without anything better, later ones are not reached.",
            ),
            Mistake(
                lambda validation, test, patience: max(test),
                "The best of all test accuracies is what the bug reports.",
            ),
            Mistake(
                _last,
                "You report the epoch at which it gave up. The best epoch's model was kept.",
            ),
        ),
    ),
    hints=("Which of the two lists may be looked at while one is still choosing?",),
    solution=source(solutions.reported),
    lesson=(
        "The same goes for choosing a learning rate, a seed or a model by the test part. Look at "
        "it once."
    ),
)
