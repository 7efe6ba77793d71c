"""The mask panel trains when it is asked to, and shows both losses and what was learned."""

import pytest

from lablib import seq2seq as ss
from lablib.numbers import percent
from tests.seq2seq.panels import ready, run_code


def test_both_losses_and_what_both_can_write(monkeypatch):
    panel = ss.mask_panel(steps=4)
    assert panel.result is None
    panel.button.click()
    ready(panel)
    wanted = ss.learn_with_and_without_mask(4)
    first, second = panel.plot.data
    assert list(first.y) == pytest.approx(wanted.masked) and list(first.x) == [1, 2, 3, 4]
    assert list(second.y) == pytest.approx(wanted.unmasked)
    assert f"{percent(wanted.masked_right)} of the letters" in panel.words.value
    found, _ = run_code(panel, monkeypatch)
    assert found == pytest.approx(
        (wanted.masked[-1], wanted.unmasked[-1], wanted.masked_right, wanted.unmasked_right)
    )
