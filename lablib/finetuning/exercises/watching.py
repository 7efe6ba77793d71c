"""What the code under test does to a model, beside what it returns: steps, gradients, modes.

Each is used as `watch` of a `FunctionCheck`: it is given the arguments, watches the call, and then
says by name what was done.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

Done = Iterator[dict[str, Any]]


@contextmanager
def gradients(arguments: tuple[Any, ...]) -> Done:
    """How long the gradient of each weight of the model is; 0 where there is none."""
    done: dict[str, Any] = {}
    yield done
    grads = [weight.grad for weight in arguments[0].parameters()]
    done["the gradients (their norms)"] = [0.0 if g is None else g.norm().item() for g in grads]


@contextmanager
def weights_that_learn(arguments: tuple[Any, ...]) -> Done:
    """The names of the model's weights that are not frozen."""
    done: dict[str, Any] = {}
    yield done
    named = arguments[0].named_parameters()
    done["the weights that learn"] = [name for name, weight in named if weight.requires_grad]


@contextmanager
def what_was_learned(arguments: tuple[Any, ...]) -> Done:
    """The model's loss on the first of the batches, after all of them."""
    model, first = arguments[0], next(one for one in arguments if isinstance(one, list))[0]
    done: dict[str, Any] = {}
    yield done
    with torch.no_grad():
        loss = model(input_ids=first, labels=first).loss
    done["the loss of the first batch afterwards"] = loss.item()


def rates_of_the_steps(optimizer: Any) -> dict[str, Any]:
    """The learning rate with which an optimizer makes each step from now on, whatever is noted."""
    rates: list[float] = []
    optimizer.register_step_pre_hook(lambda one, *_: rates.append(one.param_groups[0]["lr"]))
    return {"the rate of each step": rates}


@contextmanager
def rates_and_what_was_learned(arguments: tuple[Any, ...]) -> Done:
    """The learning rate at each step of the optimizer, and what was learned."""
    with what_was_learned(arguments) as done:
        done |= rates_of_the_steps(arguments[1])
        yield done


@contextmanager
def optimizers(arguments: tuple[Any, ...]) -> Done:
    """Which optimizer makes each step."""
    names: list[str] = []
    hook = register_optimizer_step_pre_hook(lambda one, *_: names.append(type(one).__name__))
    with ExitStack() as stack:
        stack.callback(hook.remove)
        yield {"the optimizer of each step": names}


@contextmanager
def modes(arguments: tuple[Any, ...]) -> Done:
    """Whether dropout is on where the model reads one of the batches, and where it reads others."""
    model, _, batches, _ = arguments
    learning: list[bool] = []
    measuring: list[bool] = []

    def note(part: Any, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        ids = named.get("input_ids", *given[:1])
        modes = learning if any(torch.equal(ids, one) for one in batches) else measuring
        modes.append(part.training)

    model.register_forward_pre_hook(note, with_kwargs=True)
    yield {"dropout on while learning": learning, "dropout on while measuring": measuring}
