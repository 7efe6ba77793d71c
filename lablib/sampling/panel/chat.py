"""The chat panel: a conversation as the model reads it, and what it holds likely at each place."""

import ipywidgets

from lablib.models.text import token_text
from lablib.sampling.compute.chat import MARKS, Chat, chat, next_in_chat, one_message, read_messages
from lablib.sampling.compute.generation import Alternative, generate
from lablib.sampling.compute.knobs import OFF, Knobs
from lablib.sampling.figures.chat import model_words, next_column, template_text, turn_labels
from lablib.sampling.panel.controls import knobs_code
from lablib.training.chats import ROLES
from lablib.widgets import AnyModel, Drawing, LivePanel, Progress, TextInput, TokenStrip, as_choice
from lablib.widgets.controls import button, dropdown, number, seed_field
from lablib.widgets.guess_view import GuessView
from lablib.widgets.html import escape
from lablib.widgets.layout import Fold, beside, in_row, mark_main
from lablib.widgets.tokens import token_dicts

MESSAGES = "system: You are a helpful assistant.\nuser: Who lived in the castle?"


class ChatPanel(LivePanel):
    """Write a conversation down with the model's chat template, and look into every place of it.

    `written` is the conversation as the model reads it, `guesses` what it holds likely after each
    token.

    Args:
        messages: a line that begins with system:, user: or assistant: begins a message.
        model: a name, hub id or folder; None for the model that all panels of the notebook share.
        knobs: how an answer is drawn.
        seed: decides its draws.
        max_new_tokens: the most tokens of an answer.
    """

    imports = "models, sampling as sp"

    def __init__(
        self,
        messages: str = MESSAGES,
        model: AnyModel = None,
        knobs: Knobs = OFF,
        seed: int = 0,
        max_new_tokens: int = 60,
    ) -> None:
        self.text = TextInput(value=messages, label="Messages")
        self.after = dropdown("Next token after", [], width=300, label=136)
        self.seed = seed_field(seed, width=160)
        self.length = number("Tokens", max_new_tokens, 1, 999, width=160)
        self.answer = button("Answer", "Write the assistant\u2019s answer", primary=True)
        self.strip = TokenStrip(selection="one", marks=[*ROLES], label="What the model reads")
        self.view = GuessView(label="Likely next")
        self.said, self.template = ipywidgets.HTML(), ipywidgets.HTML()
        self.written: Chat | None = None
        self.guesses: list[tuple[Alternative, ...]] = []
        self._knobs = knobs
        mark_main(self.text, self.strip)
        super().__init__(
            "What a chat is to a model",
            "One text, with marks between the turns. Choose a token to see what may come after it.",
            [
                self.text,
                in_row(self.after, self.length, self.seed, self.answer),
                self.said,
                beside(self.strip, self.view, widths=(560, 240)),
                Fold("The chat template", [self.template]),
            ],
            controls=[self.text],
            choice=as_choice(model),
        )
        self.after.observe(lambda change: self._jump(change.new), "value")
        self.strip.observe(lambda _: self._look(), "selected")
        self.answer.on_click(lambda _: self.run(self._write))

    def draw(self) -> Drawing:
        """Write the messages down and read them."""
        m = self.model()
        written = chat(m, read_messages(self.text.value))
        yield None
        guesses = next_in_chat(m, written)
        self.written, self.guesses = written, guesses
        self._show()

    def _show(self) -> None:
        written = self.written
        assert written is not None  # draw has just made it
        m = self.model()
        tokens = token_dicts(written.ids, m.tokenizer)
        for token, role in zip(tokens, written.roles, strict=True):
            token["mark"] = "" if role == MARKS else role
        with self.strip.hold_sync():
            self.strip.selected = []
            self.strip.tokens = tokens
        self.said.value = escape(model_words(m.card.name, written))
        self.template.value = template_text(written)
        self.after.options = turn_labels(written)
        self.after.value = written.ends[-1]
        self._jump(written.ends[-1])

    def _jump(self, place: int | None) -> None:
        if self.written is not None and place is not None:
            self.strip.selected = [place]
            self._look()

    def _look(self) -> None:
        """What may come after the token that is chosen; after the last where none is."""
        if self.written is None or self.strip.count != len(self.guesses):
            return
        place = (self.strip.selected or [len(self.guesses) - 1])[0]
        token = token_text(self.model().tokenizer, self.written.ids[place])
        self.view.columns = [next_column(token, self.guesses[place])]

    def _write(self) -> Drawing:
        """Draw an answer and put it at the end of the messages."""
        m, n = self.model(), self.length.value
        messages = self.text.value
        written, text = chat(m, read_messages(messages)), ""
        for i, step in enumerate(generate(m, written.prompt, self._knobs, self.seed.value, n)):
            text += "" if step.end == "end of text" else step.text
            yield Progress(i + 1, n, "tokens")
        self.text.value = f"{messages.rstrip()}\nassistant: {one_message(text)}\nuser: "

    def code_lines(self) -> str:
        """The conversation, what may come next, and an answer."""
        return (
            f"messages = sp.read_messages({self.text.value!r})\n"
            "written = sp.chat(m, messages)\n"
            f"steps = sp.generate(m, written.prompt, {knobs_code(self._knobs)}, "
            f"{self.seed.value}, {self.length.value})\n"
            "sp.next_in_chat(m, written)[-1]"
        )


chat_panel = ChatPanel
