"""The faults that are tried are of lines that are there: else nobody would notice an old list."""

import pytest

from tests import ROOT
from tests.benchmarks.mutations import FAULTS


def test_there_are_thirty():
    assert len(set(FAULTS)) >= 30


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.room}/{fault.file}")
def test_a_fault_changes_one_place_of_its_file(fault):
    code = (ROOT / "lablib" / fault.room / fault.file).read_text(encoding="utf-8")
    assert code.count(fault.right) == 1 and fault.right != fault.wrong
