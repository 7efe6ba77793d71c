"""What stops a run, in words: non-finite values, and memory that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import torch
from torch import Tensor

from lablib.training.devices import give_back, memory_now
from lablib.training.state import State


class NonFinite(ArithmeticError):
    """A loss or a gradient was infinite or not a number. The text says where, and why perhaps.

    Attributes:
        step: the step that could not be made, counted from 1.
        rows: which rows of the text were in its batch.
    """

    def __init__(self, step: int, rows: Sequence[int], reason: str) -> None:
        super().__init__(
            f"The run stopped at step {step}: {reason} The batch was made of the rows "
            f"{', '.join(map(str, rows))} of the text. No checkpoint was written since."
        )
        self.step, self.rows = step, tuple(rows)


class OutOfMemory(MemoryError):
    """Not even one row at a time fits into memory. The text says what can be done."""


def watch(state: State, nats: Tensor, norm: Tensor) -> None:
    """Note the first step with a non-finite value, on the device, which nobody waits for.

    The gradients of fp16 overflow now and then: the scaler leaves such a step out and scales less.
    """
    watched = nats if state.precision == "fp16" else norm
    first = (state.broken == 0) & ~watched.isfinite()
    state.broken = torch.where(first, state.step + 1, state.broken)


def require_finite(state: State, loss: float, norm: float, rate: float) -> None:
    """Stop if this step, or one since the last reading, had a non-finite value.

    Args:
        loss: of this step, in nats.
        norm: length of its gradient.
        rate: its learning rate.

    Raises:
        NonFinite: with the step, the rows of its batch and the likely cause.
    """
    if step := int(state.broken):
        raise NonFinite(step, state.rows(step), likely_cause(state, loss, norm, rate))


def likely_cause(state: State, loss: float, norm: float, rate: float) -> str:
    """Why a loss or a gradient is not a number, as far as one can tell."""
    what = f"its gradient is {norm} long." if isfinite(loss) else f"its loss is {loss}."
    broken = [name for name, p in state.model.named_parameters() if not bool(p.isfinite().all())]
    if broken and state.step == state.began:
        return f"{what} The model came with weights that are no numbers ({broken[0]})."
    if state.precision == "fp16":
        return f"{what} 16-bit floats end at 65,504: take precision='bf16' or 'fp32'."
    return f"{what} Most often the learning rate ({rate:g}) is too high: try a tenth of it."


def require_room(state: State) -> None:
    """Note how much memory is taken, and hold a process on a CPU to its limit.

    Called where most is taken: after the forward pass, before the gradients free what it kept.

    Raises:
        torch.OutOfMemoryError: as a GPU does, so that both are dealt with in one place.
    """
    taken = memory_now(state.device)
    state.memory = max(state.memory, taken)
    limit = state.config.memory_limit
    if limit is not None and state.device.type == "cpu" and taken > limit * 1e9:
        raise torch.OutOfMemoryError(f"{taken / 1e9:.2f} GB are over memory_limit = {limit:g} GB")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out; torch has no type of its own for the CPU's."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and "not enough memory" in str(error)
    )


def halve_micro_batch(state: State) -> None:
    """Compute half as many rows at once, so that the same batch takes twice as many turns.

    Raises:
        OutOfMemory: if it is one row already, or if other processes would go on without this one.
    """
    state.optimizer.zero_grad()
    give_back(state.device)
    if state.accelerator.num_processes > 1:
        raise OutOfMemory(
            f"Memory ran out with {state.micro_batch} rows at once, on one of several processes: "
            f"set micro_batch={max(1, state.micro_batch // 2)} and go on; what is learned stays "
            "the same."
        )
    if state.micro_batch == 1:
        raise OutOfMemory(
            "Memory ran out with one row at once: take a smaller length or model, "
            "checkpointing=True, or method='lora'."
        )
    state.micro_batch //= 2
    state.notes.append(
        f"Memory ran out, so {state.micro_batch} rows are computed at once from here on; the batch "
        f"is still {state.config.batch}."
    )
