"""The engine in a page that is opened from the disk, under the pages' own policy."""

import pytest

from lablib import models
from tests.browser.engine_page import GREEDY, engine_page

WRITE = f"""
async ([text, count]) => {{
    const parts = [];
    const what = {{ text, count, knobs: {GREEDY} }};
    const told = (part) => parts.push(part);
    const end = await engine.run("writer", "pocket-gpt2", "write", what, told);
    return [end, parts];
}}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A page with the engine and both pocket models in it, and nothing beside it."""
    path = tmp_path_factory.mktemp("engine") / "engine.html"
    path.write_text(engine_page(), encoding="utf-8")
    return path


@pytest.fixture
def live(page, file):
    """The page, which asks for nothing and complains of nothing."""
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: m.type in ("error", "warning") and wrong.append(m.text))
    page.on("request", lambda r: r.url.startswith(("file:", "blob:")) or wrong.append(r.url))
    page.set_default_timeout(120_000)
    page.goto(file.as_uri())
    page.wait_for_function("globalThis.engine")
    yield page
    assert wrong == []


def test_it_writes_what_the_library_writes_and_says_how_fast(live):
    m = models.load("pocket-gpt2", device="cpu")
    text = "Once upon a time"
    ids = m.tokenizer(text, return_tensors="pt")
    theirs = m.model.generate(**ids, max_new_tokens=40, do_sample=False, pad_token_id=0)[0]
    end, parts = live.evaluate(WRITE, [text, 40])
    assert end == "done"
    parts = parts[1:]  # the first is the prompt as it was read
    assert parts[-1]["text"] == m.tokenizer.decode(theirs[ids["input_ids"].shape[1] :])
    assert [part["id"] for part in parts] == theirs[ids["input_ids"].shape[1] :].tolist()
    assert parts[0]["perSecond"] is None and parts[-1]["perSecond"] > 1


def test_a_newer_wish_stops_the_older_and_the_page_answers_meanwhile(live):
    code = f"""
    async () => {{
        const parts = [0, 0];
        let second;
        const wish = (i, count) => engine.run("writer", "pocket-gpt2", "write",
            {{ text: "The", count, knobs: {GREEDY} }},
            () => {{ if (++parts[i] === 3 && i === 0) second = wish(1, 5); }});
        const first = await wish(0, 200);
        const before = parts[0];
        return [first, await second, parts[1], parts[0] === before, before < 200];
    }}
    """
    # Five tokens, and before them the prompt as it was read.
    assert live.evaluate(code) == ["stopped", "done", 6, True, True]


def test_both_models_read(live):
    code = """
    async ([model, text]) => {
        let got;
        await engine.run("reader", model, "read", { text }, (part) => (got = part));
        return [got.ids, got.maps.length, got.scores.length];
    }
    """
    for name in ("pocket-gpt2", "pocket-bert"):
        m = models.load(name, device="cpu")
        config = m.model.config
        ids = m.tokenizer.encode("The cat sat.")
        heads = config.num_hidden_layers * config.num_attention_heads
        maps = heads * len(ids) ** 2
        assert live.evaluate(code, [name, "The cat sat."]) == [ids, maps, config.vocab_size]


def test_a_text_that_is_too_long_is_told_in_a_sentence(live):
    code = """
    (text) => engine.run("reader", "pocket-bert", "read", { text }, () => {})
        .then(() => "nothing failed", (error) => error.message)
    """
    assert live.evaluate(code, "the " * 70).startswith(
        "This model reads 64 tokens, and these are 72"
    )
