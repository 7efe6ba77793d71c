"""The widgets: a card that answers to clicks, and the calls that notebooks use."""

import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import anywidget
import ipywidgets
import traitlets

from lablib.exercises import cards, markup, on_page
from lablib.exercises.afresh import sentence, start_afresh
from lablib.exercises.progress import Event, ProgressFile, QuestionStatus, standing
from lablib.exercises.records import (
    Bug,
    Exercise,
    ExerciseError,
    Prediction,
    Record,
    Verdict,
    find,
    lab,
)
from lablib.widgets.assets import source
from lablib.widgets.cell import close_when_run_again
from lablib.widgets.closing import put_in
from lablib.widgets.tokens import sendable

_STATIC = Path(__file__).parent / "static"
_Kind = TypeVar("_Kind", bound=Record)


class Card(anywidget.AnyWidget):
    """Draws `content` (see `cards`) and calls `act(do, value)` when something on it is pressed.

    An error in `act` is shown on the card: nowhere else in a notebook would it be seen. `page`
    gives what a page without a kernel asks with (see `on_page`); there a card without it is greyed.
    """

    _esm = source(_STATIC / "card.js")
    _css = source(_STATIC / "card.css")
    content = traitlets.Dict().tag(sync=True, to_json=lambda content, _: _sendable(content))

    def __init__(
        self,
        content: cards.Content,
        act: Callable[[str, Any], None],
        page: Callable[[], on_page.Asked] | None = None,
    ) -> None:
        super().__init__(content=content)
        self._act, self._page = act, page
        self.needs_kernel = page is None
        self.on_msg(self._hear)
        close_when_run_again(self)

    def __repr__(self) -> str:
        return cards.spoken(self.content)

    def page_state(self) -> dict[str, Any]:
        """The state for a page (see `lablib.widgets.page`): as nobody has answered yet."""
        state: dict[str, Any] = self.get_state()
        return state if self._page is None else state | {"content": None, "question": self._page()}

    def _hear(self, widget: Any, message: dict[str, Any], buffers: Any) -> None:
        try:
            self._act(str(message.get("do")), message.get("value"))
        except Exception as error:
            self.add(trouble("This did not work", error))
        # A press that changes nothing must still be answered, or the page waits for it.
        self.send({"answered": message.get("press")})

    def add(self, block: cards.Block) -> None:
        """Put one more block below the others."""
        self.content = {**self.content, "blocks": [*self.content["blocks"], block]}


def _sendable(content: Any) -> Any:
    """The content with every text in it fit for a message."""
    if isinstance(content, dict):
        return {key: _sendable(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_sendable(value) for value in content]
    return sendable(content) if isinstance(content, str) else content


def trouble(title: str, error: Exception) -> cards.Block:
    """An error for a card: what happened, with the details folded."""
    details = "".join(traceback.format_exception(error))
    said = markup.code(f"{type(error).__name__}: {error}")
    return cards.note("error", title, said, folded=details)


class _View(ipywidgets.VBox):
    """A question's card, and what may stand below it; as text it is its card. What was done goes
    into the progress file, and what went wrong with that stands on the card (`_notes`).
    """

    card: Card

    def __init__(self) -> None:
        super().__init__([self.card])
        close_when_run_again(self)

    def __repr__(self) -> str:
        return repr(self.card)

    def _begin(self, record: Record) -> QuestionStatus:
        """Where the learner stands; at the start, if the progress file cannot be read."""
        self._id, self._file = record.id, ProgressFile()
        events, self._notes = _read(self._file)
        return standing(events, record.id)

    def _note_down(self, what: str, value: Any = None, right: bool | None = None) -> QuestionStatus:
        """Add to the progress file; where the learner stands by this event alone.

        A file that cannot be written costs the record, not the lab.
        """
        event = Event(self._id, what, value, right)
        try:
            self._file.add(event)
            self._notes = _not_for_good(self._file)
        except (OSError, NotImplementedError) as error:
            self._notes = [trouble("This could not be saved to your progress file", error)]
        return standing([event], self._id)


def _not_for_good(file: ProgressFile) -> list[cards.Block]:
    """What has to be said where the file is in a place that may be emptied."""
    return [cards.note("info", "Kept for a while only", file.elsewhere)] if file.elsewhere else []


def _read(file: ProgressFile) -> tuple[list[Event], list[cards.Block]]:
    """The events in the progress file, and what has to be said about the file."""
    try:
        events = file.events()
    except (OSError, NotImplementedError) as error:
        return [], [trouble("Your progress file could not be read", error)]
    said = _not_for_good(file)
    if file.notice:
        said.append(cards.note("error", "A damaged file was set aside", file.notice))
    return events, said


class PredictView(_View):
    """A prediction above the place for its picture, which is built when the answer is recorded."""

    def __init__(self, record: Prediction, then: Callable[[], Any] | None) -> None:
        self._record, self._then = record, then
        self._now = self._begin(record)
        try:
            self._seed = self._file.seed()
        except (OSError, NotImplementedError):
            self._seed = 0  # there is no file to keep one in: everybody's
        if self._now.answer is not None and record.judge_earlier(self._now.answer) is None:
            self._now = QuestionStatus()
        self._picture: ipywidgets.Widget | None = None
        self.card = Card(self._content(), self._act, lambda: on_page.prediction(record))
        super().__init__()
        self.add_class("lab-ex-question")  # on a page its picture waits for the answer, too
        if self._now.state != "new":
            self._unlock()

    def _content(self) -> cards.Content:
        return cards.prediction(self._record, self._now, self._seed, self._notes)

    def _act(self, do: str, value: Any) -> None:
        if do == "answer":
            right = self._record.judge(value).state == "right"
            self._now = self._note_down("predicted", value, right)
        elif do == "skip":
            self._now = self._note_down("skipped")
        elif do == "forget":
            self._now = self._note_down("forgot")
        self.card.content = self._content()
        self.children = [self.card]
        if self._now.state != "new":
            self._unlock()

    def _unlock(self) -> None:
        if self._then is None:
            return
        try:
            put_in(self, [self.card, ipywidgets.Label("Making the picture …")])
            self._picture = self._picture or _as_widget(self._then())
        except Exception as error:
            put_in(self, [self.card])
            self.card.add(trouble("The picture could not be made", error))
            return
        put_in(self, [self.card, self._picture])


def _as_widget(thing: Any) -> ipywidgets.Widget:
    """A widget as it is; anything else as a cell would show it."""
    if isinstance(thing, ipywidgets.Widget):
        return thing
    output = ipywidgets.Output()
    if thing is not None:
        output.append_display_data(thing)
    return output


class CheckView(_View):
    """The verdict on an answer, with the hints opened so far; `.verdict` is the verdict itself."""

    def __init__(self, record: Exercise, answer: Any) -> None:
        self._record, self.verdict = record, record.judge(answer)
        self._hints, self._solution = self._begin(record).hints, False
        if self.verdict.state != "unanswered":
            self._note_down("checked", self.verdict.message, self.verdict.state == "right")
        self.card = Card(self._content(), self._act, lambda: on_page.exercise(record))
        super().__init__()

    def _content(self) -> cards.Content:
        shown = self.verdict, self._hints, self._solution
        return cards.checked(self._record, *shown, self._notes)

    def _act(self, do: str, value: Any) -> None:
        if do == "hint":
            self._hints = min(self._hints + 1, len(self._record.hints))
            self._note_down("hint", self._hints)
        elif do == "solution":
            self._note_down("solution")
        if do in ("solution", "hide"):
            self._solution = do == "solution"
        self.card.content = self._content()


class BugView(_View):
    """Code whose wrong line is to be clicked."""

    def __init__(self, record: Bug) -> None:
        self._record = record
        self._clicked: list[int] = []
        self._found, self._shown = self._begin(record).line_found, False
        self.card = Card(self._content(), self._act, lambda: on_page.bug(record))
        super().__init__()

    def _content(self) -> cards.Content:
        shown = self._clicked, self._found, self._shown
        return cards.bug(self._record, *shown, self._notes)

    def _act(self, do: str, value: Any) -> None:
        if do == "line":
            right = self._record.judge_line(int(value)).state == "right"
            self._clicked.append(int(value))
            self._found = self._found or right
            self._note_down("line", int(value), right)
        elif do == "show":
            self._clicked, self._shown = [], True
            self._note_down("solution")
        elif do == "forget":
            self._clicked, self._found, self._shown = [], False, False
        self.card.content = self._content()


def predict(id: str, then: Callable[[], Any] | None = None) -> PredictView:
    """Ask for a prediction; the answer is recorded, and then `then()` is built and shown below.

    Whoever answered before sees the answer and the picture at once. `then` gives a widget, or
    anything a cell can show.

    Example:
        >>> from lablib import exercises as ex
        >>> ex.predict("sampling/greedy-three").card.content["label"]
        'Predict before you look'
    """
    return PredictView(_find(id, Prediction), then)


def check(id: str, answer: Any) -> CheckView:
    """Check the answer to an exercise, or a mended bug, and write it down.

    The last line of an exercise cell. `...` or an empty function is "not answered yet".

    Example:
        >>> from lablib import exercises as ex
        >>> ex.check("sampling/softmax-temperature", ...).verdict.state
        'unanswered'
    """
    return CheckView(_find(id, Exercise), answer)


def grade(id: str, answer: Any) -> Verdict:
    """The verdict alone: nothing is shown and nothing is written down.

    Example:
        >>> from lablib import exercises as ex
        >>> ex.grade("sampling/softmax-temperature", lambda x: x).state
        'wrong'
    """
    return _find(id, Exercise).judge(answer)


def spot_the_bug(id: str) -> BugView:
    """Show code with one wrong line, to be clicked.

    Example:
        >>> from lablib import exercises as ex
        >>> ex.spot_the_bug("sampling/softmax-of-the-cut").card.content["label"]
        'Spot the bug: which line is wrong?'
    """
    return BugView(_find(id, Bug))


class ProgressCard(Card):
    """The questions of a lab, how far the learner is with each, and the way to start afresh."""

    def __init__(self, name: str) -> None:
        self._lab = name
        asked = partial(on_page.table, name, lab(name).values())
        super().__init__(self._table(), self._press, asked)

    def _table(self) -> cards.Content:
        file = ProgressFile()
        events, notes = _read(file)
        return cards.table(lab(self._lab).values(), events, str(file.path), notes)

    def _press(self, do: str, value: Any) -> None:
        blocks = {
            "afresh?": cards.really_afresh,
            "afresh": lambda: [cards.note("right", "Done", sentence(start_afresh(self._lab)))],
        }.get(do, list)()
        table = self._table()
        self.content = {**table, "blocks": [*table["blocks"], *blocks]}


def progress(name: str) -> ProgressCard:
    """A table of all questions of the lab `name` and how far the learner is with each.

    Below it the lab can be started afresh: the old notebook and the answers are kept.

    Raises `ExerciseError` where there is no such lab.

    Example:
        >>> from lablib import exercises as ex
        >>> ex.progress("sampling").content["label"]
        'Your progress'
    """
    return ProgressCard(name)


def _find(id: str, kind: type[_Kind]) -> _Kind:
    record = find(id)
    if not isinstance(record, kind):
        raise ExerciseError(f"{id!r} is of another kind than this call asks for: {record.kind}.")
    return record
