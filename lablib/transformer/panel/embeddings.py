"""The embeddings panel: nearest words, words in a plane, and one word in two sentences."""

import ipywidgets

from lablib.transformer.compute.embeddings import (
    InContext,
    Neighbours,
    Plane,
    in_context,
    neighbours,
    plane,
)
from lablib.transformer.figures import embeddings as figures
from lablib.widgets import AnyModel, Drawing, LivePanel, TextInput, as_choice
from lablib.widgets.controls import toggles
from lablib.widgets.html import escape
from lablib.widgets.layout import mark_main
from lablib.widgets.plot import Plot

NEAREST, PLANE, CONTEXT = "Nearest words", "A plane of words", "One word, two sentences"
WORDS = "king, queen, prince, princess, dog, cat, horse, cow, red, green, blue, white"
SENTENCES = ("In the wood there lived a bear", "It was more than he could bear")


class EmbeddingsPanel(LivePanel):
    """See which words a model finds alike, and what becomes of a word in a sentence.

    Three views: the nearest tokens of a word, some words in a plane, and the vectors of one word
    in two sentences, block by block. `result` is the one in sight, None before the first.

    Args:
        word: the word at the start.
        view: "Nearest words", "A plane of words" or "One word, two sentences".
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
    """

    imports = "models, transformer as tf"
    stand_in = "embeddings"
    context_plot: Plot | None = None

    def __init__(self, word: str = "king", view: str = NEAREST, model: AnyModel = None) -> None:
        self.choose = toggles("Show", [NEAREST, PLANE, CONTEXT], view, each=200)
        self.word = TextInput(value=word, label="Word")
        self.several = TextInput(value=WORDS, label="Words, with commas")
        self.one, self.other = (
            TextInput(value=text, label=f"Sentence {n}") for n, text in enumerate(SENTENCES, 1)
        )
        self.bars, self.words = ipywidgets.HTML(), ipywidgets.HTML()
        self.place = ipywidgets.VBox(layout={"width": "100%"})
        self.context = ipywidgets.VBox(layout={"width": "100%"})
        for picture in (self.bars, self.place, self.context):
            mark_main(self.choose, picture)
        self.result: Neighbours | Plane | InContext | None = None
        super().__init__(
            "Embeddings",
            "Each token has a vector. Words that are used alike have vectors that point alike.",
            [
                self.choose, self.word, self.several, self.one, self.other,
                self.bars, self.place, self.context, self.words,
            ],
            controls=[self.choose, self.word, self.several, self.one, self.other],
            choice=as_choice(model, ("causal", "masked", "encoder")),
        )  # fmt: skip

    def draw(self) -> Drawing:
        """Draw the view that is chosen."""
        view = self.choose.value
        shown = {
            NEAREST: (self.word, self.bars),
            PLANE: (self.several, self.place),
            CONTEXT: (self.word, self.one, self.other, self.context),
        }
        for widget in {one for several in shown.values() for one in several}:
            widget.layout.display = None if widget in shown[view] else "none"
        m = self.model()
        yield None
        if view == NEAREST:
            near = self.result = neighbours(m, self.word.value)
            self.bars.value = figures.neighbours_bars(near)
            self.words.value = escape(figures.neighbours_words(near))
        elif view == PLANE:
            flat = self.result = plane(m, self._several())
            figures.draw_plane(self.open_plot(figures.plane_plot), flat)
            self.words.value = escape(figures.plane_words(flat))
        else:
            both = self.result = in_context(m, self.word.value, self.one.value, self.other.value)
            if self.context_plot is None:
                self.context_plot = figures.context_plot()
                self.context.children = [self.context_plot]
            figures.draw_context(self.context_plot, both)
            self.words.value = escape(figures.context_words(both))

    def clear(self) -> None:
        """What was said of another word must not stand beside the error."""
        self.bars.value = self.words.value = ""

    def _several(self) -> list[str]:
        return [word.strip() for word in self.several.value.split(",") if word.strip()]

    def code_lines(self) -> str:
        """The numbers behind the view that is chosen."""
        if self.choose.value == NEAREST:
            return f"found = tf.neighbours(m, {self.word.value!r})\nfound.texts, found.cosines"
        if self.choose.value == PLANE:
            return f"found = tf.plane(m, {self._several()!r})\nfound.points, found.shares"
        sentences = f"{self.one.value!r}, {self.other.value!r}"
        return (
            f"found = tf.in_context(m, {self.word.value!r}, {sentences})\nfound.same, found.others"
        )


embeddings_panel = EmbeddingsPanel
