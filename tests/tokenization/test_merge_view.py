"""The merge view on a page: the library's tokens at every size, the keyboard, odd texts."""

import json

import numpy as np
import pytest

from lablib.tokenization.compute.pipeline import backend
from lablib.tokenization.compute.sizes import growth
from lablib.tokenization.compute.training import train_bpe, train_unigram, train_wordpiece
from lablib.tokenization.views.merges import MergeView
from lablib.widgets.page import static_page
from tests.looking import drawn, ran
from tests.scripts import script

PROSE = "The tram was late, and the rain was later; the lamplighter sat in the tram. "
TEXT = (PROSE + "She asked the lamp to wait until the water had risen, or fallen.\n") * 4
SENTENCE = "The lamplighter hadn't waited: naïve 中文 🎉, <b>lamp</b>\n  aaaa lamplamp"
CUTS = """
(([kind, entries, merges, scores, words, sizes]) => {
    const known = m.grammar(kind, entries, merges, scores);
    return sizes.map((size) => {
        const cut = m.cutter(known, size);
        return words.flatMap((word) => cut(word));
    });
})(a)
"""


@pytest.fixture
def show(page):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))

    def show(trained, sentence=SENTENCE):
        view = MergeView()
        if trained is not None:
            counts = {
                "training text": growth(trained, TEXT),
                "your text": growth(trained, SENTENCE),
            }
            view.use(trained, counts)
            view.show(sentence)
        page.set_content(static_page(view))
        page.evaluate("window.shown")
        return page

    yield show
    assert errors == []


def state(page, name):
    return page.evaluate(f"window.shown.then((s) => s[0].model.get('{name}'))")


@pytest.fixture(scope="module")
def cuts():
    """The tokens of a sentence at each size, as the view's own script cuts it."""
    with script("lablib/tokenization/views/merges_math.js") as call:

        def cuts(trained, sentence, sizes):
            view = MergeView()
            view.use(trained)
            view.show(sentence)
            entries = json.loads(view.entries)["entries"]
            merges = np.frombuffer(view.merges, np.int32)
            scores = np.frombuffer(view.scores, np.float64)
            return call(CUTS, view.kind, entries, merges, scores, view.words, sizes)

        yield cuts


def by_the_library(trained, size, text):
    encoder = backend(trained.at(size))
    ids = encoder.encode(text, add_special_tokens=False).ids
    number = {name: place for place, name in enumerate(trained.entries)}
    return [number[encoder.id_to_token(id)] for id in ids]


@pytest.mark.parametrize(
    ("make", "size"), [(train_bpe, 380), (train_wordpiece, 140), (train_unigram, 120)]
)
def test_the_pages_tokens_are_the_librarys_at_every_size(cuts, make, size):
    trained = make([TEXT], size)
    sizes = list(range(trained.smallest, len(trained.entries) + 1))
    assert len(sizes) > 10
    for size, numbers in zip(sizes, cuts(trained, SENTENCE, sizes), strict=True):
        assert numbers == by_the_library(trained, size, SENTENCE), size


@pytest.mark.parametrize("make", [train_bpe, train_wordpiece, train_unigram])
def test_words_of_a_book(cuts, make, shared):
    book = (shared / "corpus/heldout/the-lilac-fairy-book.txt").read_text(encoding="utf-8")
    trained = make([book[:30_000]], 1000)
    text = book[200_000:202_000]
    sizes = [trained.smallest, 400, 777, len(trained.entries)]
    for size, numbers in zip(sizes, cuts(trained, text, sizes), strict=True):
        assert numbers == by_the_library(trained, size, text), size


def test_the_keyboard_moves_the_size_and_python_is_told(show):
    trained = train_bpe([TEXT], 300)
    page = show(trained)
    page.locator(".merges-slider").focus()
    page.keyboard.press("Home")
    assert state(page, "size") == 256
    page.keyboard.press("ArrowRight")
    assert state(page, "size") == 257
    left, right = trained.merges[0]
    words = page.locator(".merges-moment").text_content()
    assert words.startswith("Merge 1: ") and "times in the training text" in words
    times = growth(trained, TEXT).tokens
    assert f", {times[0] - times[1]} times" in words
    assert f"{left}{right}".replace("Ġ", "␣") in words


def test_the_count_of_tokens_and_the_curves_follow(show):
    trained = train_bpe([TEXT], 300)
    page = show(trained)
    page.locator(".merges-field").fill("270")
    page.locator(".merges-field").press("Enter")
    tokens = len(by_the_library(trained, 270, SENTENCE))
    drawn(page)
    assert f"{tokens} tokens" in page.locator(".merges-total").text_content()
    assert page.locator(".merges-piece").count() == tokens + 3  # and the merge of the moment
    value = growth(trained, TEXT).bytes_per_token[270 - 256]
    assert page.locator(".merges-value").first.text_content() == f"{value:.2f}"


def test_a_size_beyond_the_ends_becomes_the_end(show):
    page = show(train_bpe([TEXT], 300))
    for typed, became in (("9999", 300), ("1", 256)):
        page.locator(".merges-field").fill(typed)
        page.locator(".merges-field").press("Enter")
        assert state(page, "size") == became


def test_many_moves_end_with_the_last(show):
    page = show(train_bpe([TEXT], 300))
    page.evaluate(
        """async () => {
            const slider = document.querySelector(".merges-slider");
            for (let i = 0; i < 100; i++) {
                slider.value = 256 + (i * 7) % 44;
                slider.dispatchEvent(new Event("input", { bubbles: true }));
                await new Promise((done) => setTimeout(done, 3));
            }
        }"""
    )
    drawn(page)
    assert state(page, "size") == 256 + (99 * 7) % 44
    assert page.locator(".merges-moment").text_content().startswith(f"Merge {(99 * 7) % 44}: ")


def test_text_is_never_read_as_html(show):
    payload = "<img src=x onerror=window.broken=1></span><script>window.broken=1</script>"
    page = show(train_bpe([payload * 3], 320), payload)
    assert not ran(page)
    assert page.locator(".merges-words").inner_text().replace("\n", "") == payload.replace(" ", "␣")


@pytest.mark.parametrize("sentence", ["", "\x00\ud800", "a" * 3000])
def test_odd_sentences(show, sentence):
    page = show(train_bpe([TEXT], 300), sentence)
    assert page.locator(".merges-total").is_visible()


def test_nothing_trained_yet(show):
    page = show(None)
    assert "train one" in page.locator(".merges-empty").inner_text()
    assert page.locator(".merges-slider").is_hidden()
