"""A script that is read anew while it is being written; only a developer's kernel imports this."""

from collections.abc import Callable

from anywidget._file_contents import VirtualFileContents


class Reread(VirtualFileContents):
    """What `read` gives now: each new widget asks again, and those in sight are told of a change.

    anywidget turns this into a text whenever a widget is made, and lets the widgets made before
    follow its signal `changed`.

    >>> texts = iter(["old", "old", "new"])
    >>> script = Reread(lambda: next(texts))
    >>> str(script), str(script)
    ('old', 'new')
    """

    def __init__(self, read: Callable[[], str]) -> None:
        super().__init__(read())
        self._read = read

    def __str__(self) -> str:
        newest = self._read()
        if newest != self.contents:
            self.contents = newest
        return newest
