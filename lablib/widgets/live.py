"""The panel that follows its controls: what every panel of a lab is made of."""

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, Self

import ipywidgets

from lablib.widgets import reopening
from lablib.widgets.choice import Choice, ModelChoice
from lablib.widgets.panel import Panel
from lablib.widgets.worker import Progress, Work

if TYPE_CHECKING:
    from lablib.widgets.plot import Plot

Drawing = Generator[Progress | None, None, None]
"""Work that draws; at each `yield` it can be dropped (see `worker`)."""

CLICKED = (ipywidgets.Checkbox, ipywidgets.Dropdown, ipywidgets.ToggleButtons)
"""Controls that change with a click. All others are typed into or dragged, and change often."""


class PlotPlace(ipywidgets.VBox):
    """Where a panel's plot will stand, empty until there is something to plot (`open_plot`).

    It imports plotly, on the thread that makes the panel: of two threads that import the same large
    library at once, one may find it half done.
    """

    def __init__(self) -> None:
        import lablib.widgets.plot  # noqa: F401

        super().__init__()


class LivePanel(Panel):
    """A panel that draws when it is made, and anew when one of its controls or the model changes.

    A room's panel makes its controls and its picture, names them here, and has three methods:
    `draw`, `code_lines` and, if an old picture must not stand beside an error, `clear`.

    Args:
        title: one line.
        subtitle: one sentence under it.
        body: the controls and the picture, from top to bottom.
        controls: the widgets whose `value` the picture depends on, in a fixed order, so that two
            panels of a kind can be linked (see `masking.side_by_side`). After typing and dragging
            it is drawn when they have rested for `quiet_seconds`, after a click at once.
        choice: the model or tokenizer it uses; None for a panel that needs none.
        button: draws when it is pressed.

    Attributes:
        imports: what the code imports from lablib; `models` among it opens the model as `m`.
        quiet_seconds: see `controls`.
        waits: whether nothing is drawn before the button is pressed; a change of a control or of
            the model only shows in the code then.
        plot: the plot of a panel that has a `place` for one; None before the first.

    Example:
        >>> class Length(LivePanel):
        ...     imports = "widgets"
        ...
        ...     def __init__(self, text):
        ...         self.text, self.words = ipywidgets.Text(text), ipywidgets.Label()
        ...         body = [self.text, self.words]
        ...         super().__init__("Length", "How long is it?", body, controls=[self.text])
        ...
        ...     def draw(self):
        ...         yield
        ...         self.words.value = f"{len(self.text.value)} characters"
        ...
        ...     def code_lines(self):
        ...         return f"len({self.text.value!r})"
        >>> panel = Length("cat")
        >>> panel.wait(), panel.words.value
        (True, '3 characters')
        >>> print(panel.foot.code)
        from lablib import widgets
        <BLANKLINE>
        len('cat')
    """

    imports = ""
    quiet_seconds = 0.1
    waits = False
    place: PlotPlace
    plot: "Plot | None" = None

    def __new__(cls, *given: Any, **named: Any) -> Self:
        """A panel that knows how it was called."""
        panel: Self = super().__new__(cls, *given, **named)
        panel._called = reopening.arguments(cls, given, named)
        return panel

    def __init__(
        self,
        title: str,
        subtitle: str,
        body: Sequence[ipywidgets.Widget],
        controls: Sequence[Any] = (),
        choice: Choice | None = None,
        button: ipywidgets.Button | None = None,
    ) -> None:
        self.controls = tuple(controls)
        self._later: reopening.Settings = {}
        self._problem = ""
        super().__init__(title, body, choice=choice, subtitle=subtitle, code=self._code_fold)
        self._begun = reopening.settings_of(self)
        self.foot.can_reopen = bool(reopening.public_name(type(self)))
        for control in self.controls:
            delay = 0.0 if isinstance(control, CLICKED) else self.quiet_seconds
            control.observe(lambda _, delay=delay: self._respond(delay), "value")
        if button is not None:
            button.on_click(lambda _: self.redraw())
        self._respond()

    def draw(self) -> Drawing:
        """The work that draws the picture, a generator (see `worker`)."""
        raise TypeError(f"{type(self).__name__} does not say how it is drawn.")

    def clear(self) -> None:
        """Take the picture away, called when drawing fails; else the one before stays."""

    def code_lines(self) -> str:
        """The lines behind the picture, after the imports and the model `m`; "" for none yet."""
        return ""

    def run(self, work: Work, delay: float = 0.0) -> None:
        """Ask for work (see `Panel.run`); after it, what a cell sets of the picture is set."""

        def whole() -> Drawing:
            yield from work()
            self._set_later()

        super().run(whole, delay)

    def redraw(self, delay: float = 0.0) -> None:
        """Ask for the picture anew, after `delay` seconds of quiet."""
        self.run(self._draw_or_clear, delay)

    def at_once(self) -> Self:
        """Draw now, though the panel `waits`, and give it back: where it answers a question, and on
        a page, which has nobody to press its button.
        """
        self.redraw()
        return self

    def cell(self) -> str:
        """The lines that open this panel as it stands, for a cell of any notebook.

        Raises:
            ValueError: with a sentence, if the panel was made with something that cannot be
                written.

        Example:
            >>> from lablib import foundations as fo
            >>> panel = fo.bleu_panel("The cat sat.")
            >>> panel.reference.value = "The cat sat down."
            >>> print(panel.cell())
            from lablib import foundations as fo
            <BLANKLINE>
            fo.bleu_panel(candidate='The cat sat.').restore({
                'reference.value': 'The cat sat down.',
            })
        """
        called = {**self._called, **reopening.naming(type(self), self._choice)}
        return reopening.written(self, self.imports, called, self._begun)

    def restore(self, settings: reopening.Settings) -> Self:
        """Set the controls as they stood where the `cell` was copied; gives the panel back.

        What belongs to the picture, such as the head that is shown, is set once it is there.

        Raises:
            ValueError: if the panel has no such control.
        """
        reopening.require_known(self, settings)
        of_views = reopening.of_views(self)
        left = reopening.put(self, settings, settings.keys() - of_views)
        self._later = {name: settings[name] for name in settings if name in left.keys() | of_views}
        self._respond()
        return self

    def model_changed(self) -> None:
        """Another model makes another picture."""
        self._respond()

    def open_plot(self, make: Callable[..., "Plot"], *arguments: Any) -> "Plot":
        """The plot of this panel, made and put into `place` at first use: it takes a second."""
        if self.plot is None:
            self.plot = make(*arguments)
            self.place.children = [self.plot]
        return self.plot

    def _respond(self, delay: float = 0.0) -> None:
        if self.waits:
            self.show_code()
        else:
            self.redraw(delay)

    def _draw_or_clear(self) -> Drawing:
        try:
            yield from self.draw()
        except Exception:  # the panel shows it; here only the old picture goes
            self.clear()
            raise

    def _set_later(self) -> None:
        """Set what was to wait for the picture. What cannot be so is said once it is redrawn."""
        if self._problem:
            problem, self._problem = self._problem, ""
            raise ValueError(problem)
        if self._later:
            later, self._later = self._later, {}
            self._problem = reopening.left_out(reopening.put(self, later, later))
            if self._problem:
                self._respond()

    def _on_foot(self, _: object, message: dict[str, Any], __: object) -> None:
        """Send the cell to the page that asks for it."""
        if message.get("cell"):
            try:
                self.foot.send({"cell": self.cell()})
            except ValueError as problem:
                self.foot.send({"problem": str(problem)})
        super()._on_foot(_, message, __)

    def _code_fold(self) -> str:
        lines = self.code_lines()
        return lines and f"from lablib import {self.imports}\n\n{self._code_opening()}{lines}"

    def _code_opening(self) -> str:
        opens = "models" in self.imports.split(", ")
        choice = self._choice
        return f"m = {choice.code}\n" if opens and isinstance(choice, ModelChoice) else ""
