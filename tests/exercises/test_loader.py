"""The Markdown that questions are written in: what is read is what stands there, or a sentence."""

import difflib
import re
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.exercises import (
    Bug,
    Exercise,
    ExerciseError,
    FunctionCheck,
    Guess,
    Mistake,
    Option,
    Prediction,
    ValueCheck,
    rooms,
)
from lablib.exercises.loader import broken, load, patched, rewritten
from tests.exercises.toy import double

CHECKS = {
    "toy/two": ValueCheck(4, mistakes=(Mistake(22, "beside"),)),
    "toy/bug": FunctionCheck(double, cases=lambda: [(2,)], mistakes=(Mistake(abs, "no sign"),)),
}
TWO = """
## toy/two: Twice two

3 minutes, ★★

2 × 2?

### Mistakes
- `beside`: Side by side.

### Hints
- Add.
- Two and two.

### Solution
```
4
```

### Lesson
Four.

It is *even*.
"""
BUG = """
## toy/bug: Not double

1 minute, ★

Which line?

### Bug
```diff
-    return 2 * x
+    y = 3 * x
+    return y
```

### Lines
- [x] `3 * x`, `return`
  - Three is not two.
- [ ] `def `
  - A name is a name.

### Mistakes
- `unchanged`: Still three.
- `no sign`: That is its size.

### Lesson
Two it is.
"""
CHOICE = """
# A part of the story

## toy/choice: Heads?

1 minute, ★★★

Does `it` fall
on <b>heads</b>?

### Options
- [ ] Yes
  - 2\\. It does <i>not</i>.
- [x] 127. No
  - Indeed.

    Never.
"""
NUMBER = """
## toy/number: How many?

2 minutes, ★

How many?

### Guess
- 12 ± 0.5 eggs
  - A dozen.
- lower
  - More.
- higher
  - Fewer.
"""


@pytest.fixture
def read(tmp_path):
    """A text read as the questions of a room, with the checks that it needs."""

    def read(text, **checks):
        path = tmp_path / "questions.md"
        path.write_text(text, encoding="utf-8")
        needed = checks or {id: check for id, check in CHECKS.items() if id in text}
        return load(path, needed)

    return read


def test_each_kind_of_question_is_read(read):
    two, bug, choice, number = read(TWO + BUG + CHOICE + NUMBER)
    assert two == Exercise(
        id="toy/two",
        title="Twice two",
        minutes=3,
        difficulty=2,
        question="2 × 2?",
        check=ValueCheck(4, mistakes=(Mistake(22, "Side by side."),)),
        hints=("Add.", "Two and two."),
        solution="4",
        lesson="Four.\n\nIt is *even*.",
    )
    assert choice == Prediction(
        id="toy/choice",
        title="Heads?",
        difficulty=3,
        question="Does `it` fall on <b>heads</b>?",
        answer=(
            Option("Yes", "2. It does <i>not</i>."),
            Option("127. No", "Indeed.\n\nNever.", right=True),
        ),
    )
    assert number == Prediction(
        id="toy/number",
        title="How many?",
        minutes=2,
        question="How many?",
        answer=Guess(12, 0.5, "eggs", "A dozen.", "More.", "Fewer."),
    )
    assert isinstance(bug, Bug)
    assert bug.code == "def double(x):\n    y = 3 * x\n    return y"
    assert bug.solution == "def double(x):\n    return 2 * x"
    assert (bug.line_numbers, bug.why) == ((2, 3), "Three is not two.")
    assert bug.judge_line(1).message == "A name is a name."
    wrong, size = bug.check.mistakes
    assert (wrong.feedback, wrong.answer(5)) == ("Still three.", 15)
    assert (size.feedback, size.answer) == ("That is its size.", abs)


def test_what_a_function_needs_stands_above_it(read):
    imports = "### Imports\n```\nimport math\n```\n"
    (bug,) = read(BUG + imports)
    assert bug.solution == "import math\n\n\ndef double(x):\n    return 2 * x"


WORD = st.from_regex(r"[a-zäé猫][^\s]{0,9}", fullmatch=True)
WORDS = st.lists(WORD, min_size=1, max_size=30).map(" ".join)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=2, max_size=4), WORDS, WORDS, st.integers(9, 99))
def test_words_are_read_as_they_are_wherever_a_line_ends(
    tmp_path_factory, options, title, question, width
):
    def lines(words, indent=""):
        wrapped = textwrap.wrap(words, width, break_long_words=False, break_on_hyphens=False)
        return f"\n{indent}".join(wrapped)

    items = [
        f"- [{' x'[n == 1]}] {lines(text, '  ')}\n  - {lines(said, '    ')}"
        for n, (text, said) in enumerate(options)
    ]
    path = tmp_path_factory.mktemp("room") / "questions.md"
    path.write_text(
        "\n".join(
            [f"## toy/x: {title}\n\n1 minute, ★\n", lines(question), "\n### Options", *items, ""]
        ),
        encoding="utf-8",
    )
    (record,) = load(path, {})
    assert (record.title, record.question) == (title, question)
    assert [(one.text, one.feedback) for one in record.answer] == options
    assert [one.right for one in record.answer] == [n == 1 for n in range(len(options))]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("toy/two: Twice two", "toy/two", "should be `## room/name: The title`"),
        ("3 minutes, ★★\n\n", "", "toy/two: below the title stand `4 minutes, ★★` and then"),
        ("3 minutes, ★★", "three minutes", "toy/two: below the title stand"),
        ("2 × 2?", "", "and then the question"),
        ("2 × 2?", "2. What?", "toy/two: below its title should stand paragraphs, and nothing el"),
        ("### Hints", "### Tips", "no part 'Tips'; the parts are Options, Guess, Mistakes"),
        ("### Hints", "#### Hints\n- One.\n\n### Hints", "two of its parts have the same heading"),
        ("- Add.", "Add this.\n\n- Add.", "`### Hints` should stand items, and nothing else"),
        ("- Add.\n- Two and two.", "", "`### Hints` should stand items"),
        ("```\n4\n```", "4", "`### Solution` should stand code, and nothing else"),
        ("- Add.", "- Add.\n  - So.\n    - So.", "The item 'Add.' should be words"),
        ("- Add.", "- Add.\n  ```\n  2\n  ```", "The item 'Add.' should be words"),
        ("- Add.", "- 2. Add.", r"The item '' should be words, .* written `127\\\."),
        ("`beside`: Side", "beside: Side", "'beside: Side by side.' should be a name in backti"),
        ("`beside`", "`besides`", "toy/two: the mistake 'beside' needs words and code, once each"),
        ("- `beside`", "- `more`: A\n- `beside`", "the mistake 'more' needs words and code"),
        ("- `beside`", "- `beside`: A\n- `beside`", "the mistake 'beside' needs words and code"),
        ("    return 2 * x", "    return 4 * x", "toy/bug: The lines of this hunk are not in one"),
        ("- [x] `3 * x`", "- [ ] `3 * x`", r"toy/bug: none of its lines is ticked, `\[x\]`"),
        ("- [x] `3 * x`", "- `3 * x`", r"should begin with `\[ \] ` or `\[x\] `"),
        ("  - Three is not two.\n", "", "with an item inside it that says why"),
        ("- [x] 127", "- [ ] 127", "toy/choice: none of its options is ticked"),
        ("- lower", "- too low", "a guess is `0.1 ± 0.01 unit`, `lower`, `higher`, and words"),
        ("12 ± 0.5", "about 12", "a guess is `0.1 ± 0.01 unit`, `lower`, `higher`, and words"),
        ("  - A dozen.\n", "", "a guess is `0.1 ± 0.01 unit`, `lower`, `higher`, and words"),
    ],
)
def test_a_malformed_file_gets_a_sentence(read, old, new, said):
    text = TWO + BUG + CHOICE + NUMBER
    assert text.count(old) == 1
    with pytest.raises(ExerciseError, match=said):
        read(text.replace(old, new))


def test_questions_and_checks_must_fit(read):
    with pytest.raises(ExerciseError, match="toy/bug: there is no check for it"):
        read(TWO + BUG, **{"toy/two": CHECKS["toy/two"]})
    with pytest.raises(ExerciseError, match="asks no question 'toy/bug', but there is a check"):
        read(TWO, **CHECKS)


CODE = st.lists(st.sampled_from(["a", "    b", "", "c"]), max_size=6).map("\n".join)


@given(CODE, CODE)
def test_a_hunk_with_all_lines_makes_any_code_of_any_other(code, other):
    lines = list(difflib.ndiff(code.split("\n"), other.split("\n")))
    hunk = "\n".join(line[0] + line[2:] for line in lines if line[0] != "?")
    assert patched(code, hunk) == other


@pytest.mark.parametrize("hunk", ["-b", "-a\n-b", "+d", "-b\n-c\n-d"])
def test_a_hunk_that_does_not_fit_one_place_is_refused(hunk):
    with pytest.raises(ValueError, match=re.escape(hunk)):
        patched("a\nb2\nb\nc\nb", hunk)


def test_a_function_is_rewritten_in_its_own_module():
    assert rewritten(double, "def double(x):\n    return [CHOICE, x]")(2)[0].id == "toy/choice"
    assert double(2) == 4


@pytest.mark.parametrize("room", [room for room in rooms() if room != "foundations"])
def test_the_bugs_of_a_room_are_there_as_functions(room):
    assert all(callable(one) for one in vars(broken(room)).values())
    assert vars(broken(room))
