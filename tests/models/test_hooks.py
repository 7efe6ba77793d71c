"""Two threads compute with one model at once, as two panels do, and neither sees the other."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from lablib.masking.compute.reading import head_only_at
from lablib.models import heads
from lablib.models.gradients import gradient_times_input
from lablib.models.hooks import hooked
from tests.sampling.conftest import m, tiny  # noqa: F401

OURS = {"input_ids": torch.tensor([[5, 6, 7, 8, 9]])}
THEIRS = {"input_ids": torch.tensor([[3, 1, 4], [1, 5, 9]])}


def cut(model):
    with head_only_at(model, [[1, 3]]):
        return model(**OURS).logits


USES = {
    "what the head is given": lambda model: heads.read(model, OURS)[0],
    "gradients": lambda model: gradient_times_input(
        model, OURS, lambda output: output.logits[0, -1, 8]
    ),
    "some places": cut,
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_another_thread_computes_in_the_middle(m, use):  # noqa: F811
    model = m.model.eval()
    heads.head_of(model)  # is found out before
    alone, expected = use(model), model(**THEIRS).logits
    seen = []

    def interrupt(*_):
        interruption.remove()
        with ThreadPoolExecutor(1) as other:
            seen.append(other.submit(lambda: model(**THEIRS).logits).result())

    interruption = model.transformer.h[0].register_forward_pre_hook(interrupt)
    torch.testing.assert_close(use(model), alone)
    torch.testing.assert_close(seen, [expected])


def test_a_hook_is_gone_whatever_happens():
    layer = torch.nn.Identity()
    with pytest.raises(RuntimeError), hooked(layer.register_forward_hook, lambda *_: None):
        raise RuntimeError
    assert not layer._forward_hooks
