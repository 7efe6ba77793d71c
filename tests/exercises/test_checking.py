import heapq
import itertools
import random
import statistics
import sys
import time
from collections import Counter, deque
from contextlib import contextmanager
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lablib.exercises import FunctionCheck, Mistake, ValueCheck
from lablib.exercises.checking import kind, mismatch, same, show
from lablib.exercises.running import plain, run
from tests.exercises.toy import DOUBLE, double

values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_any_answer_gets_a_sentence(value):
    for check in (ValueCheck(4), ValueCheck([1.0, 2.0]), ValueCheck({1, 2}), ValueCheck("a")):
        assert check(value).message
    assert DOUBLE.check(lambda x: value).message
    assert DOUBLE.check(value).message


@given(values)
def test_a_plain_value_equals_itself_and_can_be_shown(value):
    assert same(value, value, 0)
    assert mismatch(value, value) == ""
    assert len(show(value)) and len(kind(value))


def test_a_right_function_is_right_however_it_is_written():
    assert DOUBLE.check(lambda x: x + x).state == "right"
    assert DOUBLE.check(lambda x: torch.tensor(2 * x)).state == "right"


def test_a_known_mistake_is_told_with_its_case():
    verdict = DOUBLE.check(lambda x: x**2)
    assert verdict.message == "Squared."
    assert verdict.case == "double(3)\nshould give  6\nyours gives  9"


def test_a_mistake_that_explains_only_some_of_what_fails_is_not_told():
    verdict = DOUBLE.check(lambda x: x * x if x == 3 else 0)
    assert "a case where it goes wrong" in verdict.message
    assert "double(2)" in verdict.case


def test_a_mistake_is_not_told_to_an_answer_that_is_right_where_the_mistake_is_wrong():
    three = FunctionCheck(
        double, cases=lambda: [(2,), (3,), (4,)], mistakes=(Mistake(lambda x: x * x, "Squared."),)
    )
    assert "Squared." not in three(lambda x: 9 if x == 3 else 2 * x).message
    assert three(lambda x: x**2).message == "Squared."


def test_a_mistake_made_with_care_is_told():
    halved = Mistake(lambda x: 4 // x, "Divided.")
    check = FunctionCheck(double, cases=lambda: [(0,), (1,), (3,)], mistakes=(halved,))
    assert check(lambda x: 4 // x if x else 0).message == "Divided."


def test_an_unknown_mistake_shows_the_first_case_that_fails():
    verdict = DOUBLE.check(lambda x: 2 * x if x == 2 else 7)
    assert "a case where it goes wrong" in verdict.message
    assert "double(3)" in verdict.case and "7" in verdict.case


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ([4], "This should be a number; you gave a list of 1 number."),
        ("4", "This should be a number; you gave a text."),
        (True, "This should be a number; you gave a truth value."),
        (object(), "This should be a number; you gave a `object`."),
    ],
)
def test_a_wrong_kind_is_said_in_words(returned, said):
    assert DOUBLE.check(lambda x: returned).message == said


def test_a_list_of_the_wrong_length_is_said_in_words():
    assert (
        "list of 2 numbers; you gave a list of 3 numbers" in ValueCheck([1, 2])([1, 2, 3]).message
    )
    assert "list of 2 lists" in ValueCheck([1, 2])(torch.zeros(2, 2)).message


@pytest.mark.parametrize("answer", [None, ..., lambda x: None, lambda x: ...])
def test_an_untouched_cell_is_not_answered_yet(answer):
    assert DOUBLE.check(answer).state == "unanswered"


@pytest.mark.parametrize("answer", [None, ..., [..., ...], [1, None]])
def test_an_untouched_value_is_not_answered_yet(answer):
    assert ValueCheck([1, 2])(answer).state == "unanswered"


def test_a_function_called_too_early_and_a_value_not_called():
    assert "without brackets" in DOUBLE.check(6).message
    assert "Give the value" in ValueCheck(4)(lambda: 4).message


def test_an_error_is_reported_with_the_learners_line():
    def helper(x):
        return x / 0

    def answer(x):
        return helper(x)

    verdict = DOUBLE.check(answer)
    assert "ZeroDivisionError: division by zero" in verdict.message
    assert "`return x / 0`" in verdict.message
    assert "should give  4" in verdict.case


def test_an_error_inside_a_library_is_reported_at_the_learners_line():
    verdict = DOUBLE.check(lambda x: random.sample([x], 5))
    assert "random.sample([x], 5)" in verdict.message


def test_the_wrong_number_of_parameters_is_said_in_words():
    assert "could not be called" in DOUBLE.check(lambda: 4).message


def test_leaving_python_is_reported_too():
    assert "SystemExit" in DOUBLE.check(lambda x: exit()).message


def test_a_mistake_that_raises_is_known_by_its_error():
    check = FunctionCheck(
        lambda x: 0, cases=lambda: [(0,)], mistakes=(Mistake(lambda x: 1 / x, "By zero."),)
    )
    assert check(lambda x: 2 // x).message.startswith("By zero. Your function stopped with")


def endless_while(x):
    while True:
        pass


def endless_for(x):
    return sum(1 for _ in itertools.count())


def endless_but_careful(x):
    while True:
        try:  # noqa: SIM105 (a learner would write it so)
            x += 1
        except Exception:
            pass


def endless_in_a_library(x):
    return statistics.mean(itertools.count(x))


@pytest.mark.parametrize(
    "endless", [endless_while, endless_for, endless_but_careful, endless_in_a_library]
)
def test_a_loop_without_end_is_stopped(endless):
    outcome = run(endless, [1], seconds=0.05)
    assert outcome.error == "TooLong"
    assert "0.05 seconds" in outcome.sentence and "line" in outcome.sentence


def test_only_the_lines_outside_of_libraries_are_watched():
    traced = []

    def key(number):
        library = sys._getframe(1)
        traced.append((library.f_globals["__name__"], library.f_trace is not None))
        traced.append(("here", sys._getframe().f_trace is not None))
        return number

    assert run(lambda: heapq.nsmallest(1, [3], key=key), []).value == [3]
    assert traced == [("heapq", False), ("here", True)]


def asleep(x):
    while True:
        time.sleep(0.01)


def test_waiting_is_no_computing_but_does_not_go_on_for_ever():
    assert run(time.sleep, [0.7], seconds=0.5).error == ""
    assert run(asleep, [1], seconds=0.02).error == "TooLong"


def test_an_import_does_not_count(tmp_path, monkeypatch):
    slow = "import time\nend = time.thread_time() + 0.4\nwhile time.thread_time() < end: pass"
    (tmp_path / "slow_to_import.py").write_text(slow)
    monkeypatch.syspath_prepend(tmp_path)

    def imports():
        import slow_to_import

        return slow_to_import.end > 0

    assert run(imports, [], seconds=0.2).value is True

    def then_never_ends():
        import slow_to_import

        while slow_to_import:
            pass

    del sys.modules["slow_to_import"]
    assert run(then_never_ends, [], seconds=0.2).error == "TooLong"


def test_the_first_check_of_a_fresh_kernel_does_not_count_what_it_opens(python):
    code = (
        "from lablib.exercises.running import run; import sys; assert 'torch' not in sys.modules;"
        "print(run(len, ['abc'], seconds=0.2), run(lambda: 1, [], seconds=0.2))"
    )
    said = python(code)
    assert "value=3, error=''" in said and "value=1, error=''" in said


def test_a_loop_without_end_is_waited_for_once():
    check = FunctionCheck(abs, cases=lambda: [(1,), (2,), (3,)], seconds=0.05)
    assert "stopped after 0.05 seconds" in check(endless_while).message


def test_randomness_is_the_same_for_all_and_left_as_it_was():
    def drawn():
        return random.random(), torch.rand(1).item()

    random.seed(5)
    torch.manual_seed(5)
    expected = drawn()
    random.seed(5)
    torch.manual_seed(5)
    first = run(lambda: drawn(), []).value
    assert run(lambda: drawn(), []).value == first
    assert drawn() == expected


def test_a_seed_that_an_answer_gives_itself_counts():
    from transformers import set_seed

    def drawn(first, second):
        draws = []
        for give, seed in (first, second):
            give(seed)
            draws.append(torch.rand(1).item())
        return draws

    torch_s = torch.manual_seed
    alike = run(drawn, [(torch_s, 3), (torch_s, 3)]).value
    assert alike[0] == alike[1]
    assert run(drawn, [(set_seed, 3), (torch_s, 3)]).value == alike
    other = run(drawn, [(torch_s, 3), (torch_s, 4)]).value
    assert other[0] == alike[0] != other[1]


def test_a_function_that_changes_its_arguments_spoils_nothing():
    def total(numbers):
        return sum(numbers)

    def emptying(numbers):
        result = sum(numbers)
        numbers.clear()
        return result

    check = FunctionCheck(total, cases=lambda: [([1, 2],), ([3],)])
    assert check(emptying).state == "right"
    assert check(emptying).state == "right"


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: (x, 2 * x),
        lambda x: torch.tensor([x, 2 * x]),
        lambda x: torch.tensor([x, 2.0 * x], requires_grad=True),
        lambda x: np.array([x, 2 * x]),
        lambda x: [np.float32(x), torch.tensor(2 * x)],
        lambda x: (n * x for n in (1, 2)),
        lambda x: map(x.__mul__, (1, 2)),
        lambda x: range(x, 3 * x, x),
        lambda x: {x: "a", 2 * x: "b"}.keys(),
        lambda x: deque([x, 2 * x]),
        lambda x: [Fraction(x), Fraction(2 * x)],
    ],
)
def test_a_list_may_be_given_as_any_sequence(answer):
    def both(x):
        return [x, 2 * x]

    assert FunctionCheck(both, cases=lambda: [(2,), (3,)])(answer).state == "right"


def test_a_generator_is_run_under_the_same_care_as_the_function():
    def both(x):
        return [x, 2 * x]

    def breaks(x):
        yield x
        yield 1 / 0

    check = FunctionCheck(both, cases=lambda: [(2,)], seconds=0.2)
    assert "ZeroDivisionError" in check(breaks).message
    assert "stopped after" in check(lambda x: (n for n in itertools.count())).message


def test_whole_numbers_are_compared_exactly():
    ids = ValueCheck([50256, 32704])
    assert ids([50256, 32704]).state == "right"
    assert ids([50257, 32704]).state == ids([50256, 32703]).state == "wrong"
    assert ValueCheck(10_000)(10_000.0001).state == "right"


def test_sets_and_counts_of_tuples_are_compared():
    assert ValueCheck({("a", "b")})({("a", "b")}).state == "right"
    assert ValueCheck({("a", "b")})([["a", "b"]]).state == "right"
    assert ValueCheck({("a", "b"): 2})(Counter([("a", "b")] * 2)).state == "right"
    assert "a set of texts" in ValueCheck({"a"})(4).message


def test_a_case_shows_what_was_handed_over():
    check = FunctionCheck(
        lambda numbers: sum(numbers), cases=lambda: [(torch.tensor([1, 2]),), ([1, 2],)]
    )
    assert "(torch.tensor([1, 2]))" in check(lambda numbers: 0).case
    second = check(lambda numbers: 3 if hasattr(numbers, "shape") else 0)
    assert "([1, 2])" in second.case


def test_tensors_sets_and_tuples_are_compared_by_what_they_hold():
    assert plain((torch.tensor([1.0]), {2})) == [[1.0], {2}]
    assert ValueCheck({1, 2})([2, 1]).state == "right"
    assert ValueCheck({1, 2})([2, 1, 1]).state == "wrong"
    assert ValueCheck({1, 2})({2.0, 1.0}).state == "right"
    assert ValueCheck({1: 0.5})({1: 0.50001}).state == "right"
    assert ValueCheck({1: 0.5})({2: 0.5}).state == "wrong"


@pytest.mark.parametrize(
    "doubled",
    [
        lambda x: x * 2,
        lambda x: x.astype(int) + x,  # an array's method
        lambda x: [one + one for one in x if x.index(one) >= 0],  # a list's method
    ],
)
def test_an_answer_may_be_written_for_tensors_arrays_or_lists(doubled):
    check = FunctionCheck(lambda x: 2 * x, cases=lambda: [(torch.tensor([1.0, 3.0]),)])
    assert check(doubled).state == "right"


def test_a_wrong_answer_is_shown_with_the_arguments_that_it_was_written_for():
    check = FunctionCheck(lambda x: 2 * x, cases=lambda: [(torch.tensor([1.0, 3.0]),)])
    assert "([1, 3])" in check(lambda x: [x.index(one) for one in x]).case
    assert "torch.tensor([1, 3])" in check(lambda x: x).case
    assert "torch.tensor([1, 3])" in check(lambda x: x.nothing).case


def a_factor(number):
    return next(n for n in range(2, number + 1) if number % n == 0)


FACTOR = FunctionCheck(
    a_factor,
    cases=lambda: [(12,), (35,)],
    mistakes=(Mistake(lambda number: 1, "Not 1."),),
    fault=lambda answer, arguments, value: "That leaves a rest." if arguments[0] % value else "",
)


def test_where_many_values_are_right_each_of_them_is():
    assert FACTOR(lambda number: number).state == "right"
    assert FACTOR(lambda number: max(n for n in range(2, number) if number % n == 0)).state == (
        "right"
    )


def test_where_many_values_are_right_another_one_is_told_its_fault():
    verdict = FACTOR(lambda number: 5)
    assert verdict.message == "That leaves a rest."
    assert verdict.case == "a_factor(12)\nshould give  2\nyours gives  5"
    assert "This should be a number" in FACTOR(lambda number: [2]).message


def emptied(numbers):
    total = sum(numbers)
    numbers.clear()
    return total


@contextmanager
def what_is_left(arguments):
    done = {}
    yield done
    done["what is left"] = list(arguments[0])


EMPTIED = FunctionCheck(
    emptied,
    cases=lambda: [([3, 4],)],
    mistakes=(Mistake(lambda numbers: sum(numbers[1:]), "One is missing."),),
    watch=what_is_left,
)


def test_what_is_done_counts_as_well_as_what_is_returned():
    assert EMPTIED(lambda numbers: sum(numbers.pop() for _ in range(len(numbers)))).state == "right"
    verdict = EMPTIED(lambda numbers: sum(numbers))
    assert verdict.message == "What is returned is right, but look at what is left."
    assert verdict.case.splitlines() == [
        "emptied([3, 4])",
        "should give  7",
        "yours gives  7",
        "But what is left",
        "should be  []",
        "with yours  [3, 4]",
    ]


def test_a_mistake_is_known_only_by_all_that_it_does():
    assert EMPTIED(lambda numbers: sum(numbers[1:])).message == "One is missing."
    assert "a case where" in EMPTIED(lambda numbers: [*map(numbers.remove, [3]), 4][1]).message
