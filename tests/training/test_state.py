from hypothesis import given
from hypothesis import strategies as st

from lablib.training.state import rows_of


@given(batch=st.integers(1, 9), rows=st.integers(1, 9), seed=st.integers(0, 99))
def test_every_epoch_visits_every_row_once_in_a_new_order(batch, rows, seed):
    seen = [row for step in range(rows) for row in rows_of(step, batch, rows, seed)]
    for epoch in range(batch):
        part = seen[epoch * rows : (epoch + 1) * rows]
        assert sorted(part) == list(range(epoch * rows, (epoch + 1) * rows))
