"""The n-gram panel: a table of counts and a neural model, asked the same."""

import ipywidgets

from lablib import data
from lablib.foundations.compute.counting import Cost, Split, costs, count, split_text, write
from lablib.foundations.compute.ngrams import SMOOTHINGS, NGrams, likeliest
from lablib.foundations.compute.perplexity import surprise
from lablib.foundations.figures import ngrams as figures
from lablib.models import LoadedModel
from lablib.models.text import text_ids, token_text
from lablib.sampling.compute.distribution import distribution
from lablib.sampling.compute.generation import generate, next_logits
from lablib.sampling.compute.knobs import OFF
from lablib.sampling.compute.text import prepare
from lablib.widgets import AnyModel, Drawing, LivePanel, PlotPlace, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import button, dropdown, log_slider, seed_field, slider
from lablib.widgets.guess_view import GuessView
from lablib.widgets.html import escape
from lablib.widgets.layout import Tabs, beside, in_row, mark_main
from lablib.widgets.tokens import token_dicts

OWN = "your own text"
LONGEST = 6
GUESSES = 8
WRITTEN = 24
NEVER_SEEN = "A submarine full of elephants was"


class NgramPanel(LivePanel):
    """Count what follows what in a text, and compare with a neural model: what comes next, what
    each writes, and what a part of the text that was kept back costs it.

    `ngrams` is the model of counts, `costs` what the text costs models of every length, and
    `neural` what it costs the neural model, in bits per byte (None before it is measured).

    Args:
        prompt: the text at the start; it can be edited.
        text: the name of a text that comes with the labs, or a text of your own.
        n: the length of the n-grams, 1 to 6.
        smoothing: one of `SMOOTHINGS`.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.

    Raises:
        ValueError: for another n or smoothing.
    """

    imports = "data, foundations as fo, models, sampling as sp"
    quiet_seconds = 0.15
    ngrams: NGrams | None = None
    neural: float | None = None

    def __init__(
        self,
        prompt: str = "So it is written, and the ink is",
        text: str = "almanac",
        n: int = 3,
        smoothing: str = "kneser-ney",
        model: AnyModel = None,
    ) -> None:
        if smoothing not in SMOOTHINGS or not 1 <= n <= LONGEST:
            raise ValueError(f"n is 1 to {LONGEST}, and smoothing one of {', '.join(SMOOTHINGS)}.")
        self._make_controls(prompt, text, n, smoothing)
        self._make_views()
        self.costs: list[Cost] = []
        self._offered: list[list[int]] = [[], []]  # the ids in the columns of guesses
        self._measured: tuple[LoadedModel, str] | None = None
        mark_main(self.prompt, self.views)
        super().__init__(
            "Counting against computing",
            "A language model says what comes next, and how likely. The oldest way is to "
            "count what followed the last n − 1 tokens.",
            [
                in_row(self.source, self.n, self.smoothing, self.k),
                self.own,
                beside(self.prompt, self.unseen, widths=(600, 200), align="center"),
                self.views,
            ],
            controls=[
                self.source, self.own, self.prompt, self.n, self.smoothing, self.k, self.seed,
            ],
            choice=as_choice(model),
        )  # fmt: skip
        self._arrange()
        for menu in (self.source, self.smoothing):
            menu.observe(lambda _: self._arrange(), "value")
        self.unseen.on_click(lambda _: setattr(self.prompt, "value", NEVER_SEEN))

    def _make_controls(self, prompt: str, text: str, n: int, smoothing: str) -> None:
        """What is counted, how, and what both models are asked."""
        shipped = text in data.names()
        options = [*data.names(), OWN]
        self.source = dropdown("Count", options, text if shipped else OWN, width=216)
        self.own = TextInput(value="" if shipped else text, label="Your own text, to be counted")
        self.prompt = TextInput(value=prompt, label="Prompt")
        self.n = slider("n", n, 1, LONGEST, width=240)
        names = [(figures.NAMES[name], name) for name in SMOOTHINGS]
        self.smoothing = dropdown("Smoothing", names, smoothing, width=376)
        self.k = log_slider("k", 0.1, -3, 0, 0.25, readout_format=".3f")
        self.seed = seed_field(width=200)
        self.unseen = button("Try a context never seen", width=208)

    def _make_views(self) -> None:
        """Places for what both models say, write and pay, each in a tab."""
        self.guesses = GuessView(self._pick, label="The next token, by both models")
        self.words, self.lookup = ipywidgets.HTML(), ipywidgets.HTML()
        self.counted = TokenStrip(value_label="probability", label="Written from counts")
        self.counted.legend = False
        self.computed = TokenStrip(value_label="probability", label="Written by the neural model")
        self.names = ipywidgets.HTML(), ipywidgets.HTML()
        self.place = PlotPlace()
        self.cost_words, self.split_words = ipywidgets.HTML(), ipywidgets.HTML()
        written = [self.seed, self.names[0], self.counted, self.names[1], self.computed]
        views = {
            "The next token": [self.guesses, self.words, self.lookup],
            "What they write": written,
            "What a text costs": [self.place, self.cost_words, self.split_words],
        }
        self.views = Tabs({name: ipywidgets.VBox(parts) for name, parts in views.items()})

    def _arrange(self) -> None:
        """Show only what has a meaning now."""
        self.k.layout.display = None if self.smoothing.value == "add-k" else "none"
        self.own.layout.display = None if self.source.value == OWN else "none"

    def _text(self) -> str:
        own = self.source.value == OWN
        return str(self.own.value) if own else data.text(self.source.value)

    def draw(self) -> Drawing:
        """Count, ask both, let both write, and measure what the text costs them."""
        m = self.model()
        split = split_text(self._text(), m.tokenizer)
        smoothing, k = self.smoothing.value, self.k.value
        self.ngrams = count(split, m.tokenizer, self.n.value, smoothing, k)
        yield None
        self._show_next(m, self.ngrams)
        yield None
        yield from self._write(m, self.ngrams)
        self.costs = [] if smoothing == "backoff" else costs(split, m.tokenizer, smoothing, k)
        if self._measured != (m, split.heldout_text):
            self.neural = None
            self._show_costs(m, split)
            yield None
            self.neural = surprise(m, split.heldout_text).bits_per_byte
            self._measured = m, split.heldout_text
        self._show_costs(m, split)

    def _ids(self, m: LoadedModel) -> list[int]:
        """The prompt's tokens, none for no prompt: marks were not counted."""
        return text_ids(m.tokenizer, self.prompt.value)

    def _show_next(self, m: LoadedModel, ngrams: NGrams) -> None:
        """What each expects next, and how well the table knows the context."""
        ids, prompt = self._ids(m), prepare(m, self.prompt.value)
        self.prompt.note = prompt.note
        scores = ngrams.distribution(ids)
        probabilities = distribution(next_logits(m, prompt), OFF).numpy()
        read = f"It read {len(prompt.ids):,} tokens."
        self._offered = both = [likeliest(each, GUESSES) for each in (scores, probabilities)]
        note, tokenizer = figures.answer_note(scores), m.tokenizer
        self.guesses.columns = [
            figures.column(self._name(), note, scores, both[0], tokenizer),
            figures.column(m.card.name, read, probabilities, both[1], tokenizer),
        ]
        rows = ngrams.seen(ids)
        self.words.value = escape(figures.context_words(rows, self.smoothing.value, m.card.name))
        self.lookup.value = figures.seen_table(rows, m.tokenizer)

    def _name(self) -> str:
        smoothing = self.smoothing.value.replace("none", "no smoothing")
        return f"{self.n.value}-gram counts, {smoothing}"

    def _write(self, m: LoadedModel, ngrams: NGrams) -> Drawing:
        """Let both go on from the prompt, with the same draws."""
        seed, ids = self.seed.value, self._ids(m)
        written = write(ngrams, ids, WRITTEN, seed)
        probabilities = ngrams.probabilities([*ids, *written])[len(ids) :]
        self.counted.tokens = token_dicts(written, m.tokenizer, probabilities.tolist())
        ending = "" if len(written) == WRITTEN else ": it came to where nothing ever followed"
        self.names[0].value = escape(f"{self._name()}, goes on{ending}")
        self.names[1].value = escape(f"{m.card.name} goes on, with the same random draws")
        yield None
        steps = list(generate(m, self.prompt.value, seed=seed, max_new_tokens=WRITTEN))
        self.computed.tokens = token_dicts(
            [step.id for step in steps], m.tokenizer, [step.probability for step in steps]
        )
        yield None

    def _show_costs(self, m: LoadedModel, split: Split) -> None:
        name = m.card.name
        figures.draw_costs(self.open_plot(figures.costs_plot), self.costs, self.neural)
        self.cost_words.value = escape(
            figures.costs_words(self.costs, self.n.value, self.neural, name)
        )
        self.split_words.value = escape(figures.split_words(split))

    def _pick(self, column: int, row: int) -> None:
        """Go on with a token that was clicked."""
        text = token_text(self.model().tokenizer, self._offered[column][row])
        self.prompt.value = self.prompt.value + text

    def code_lines(self) -> str:
        """What both expect next, and what the text costs the neural model."""
        own = self.source.value == OWN
        text = repr(self.own.value) if own else f"data.text({self.source.value!r})"
        k = f", k={self.k.value:.6g}" if self.smoothing.value == "add-k" else ""
        return (
            f"split = fo.split_text({text}, m.tokenizer)\n"
            f"ngrams = fo.count(split, m.tokenizer, {self.n.value}, {self.smoothing.value!r}{k})\n"
            f"prompt = {self.prompt.value!r}\n"
            "ids = m.tokenizer(prompt, add_special_tokens=False)['input_ids']\n"
            "counted = ngrams.distribution(ids)\n"
            "computed = sp.next_logits(m, prompt).softmax(-1)\n"
            "neural = fo.surprise(m, split.heldout_text).bits_per_byte\n"
            "counted.argmax(), computed.argmax(), neural"
        )


ngram_panel = NgramPanel
