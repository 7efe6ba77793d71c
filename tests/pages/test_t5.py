"""The engine's T5 computes what the library does: both stacks, three attentions, the tokenizer."""

import numpy as np
import pytest
import torch

from lablib import models
from lablib import seq2seq as ss
from lablib.models.vocabulary import entries
from tests.hard_strings import hard_texts
from tests.pages.conftest import PROMPTS
from tests.pages.test_tokenizers import SPECIAL

SCORES, WEIGHTS, TIE = 1e-3, 1e-4, 1e-4
"""How far the engine may be from torch: scores (logits), attention weights, and two tokens of which
rounding decides."""

CHINESE = ["translate English to Chinese: I am cold.", "天气很好，我们走吧。", "老师 去 北京"]
SPELLED = ["a▁b ▁c ▁▁", "x</s>y <pad> <unk>", "<unk> <unk>q\u0e01\u0e02", "▁"]

READ = """
((model, ids, target) => {
    const run = model.source(ids);
    let step = run.next();
    while (!step.done) step = run.next();
    const source = step.value;
    const writer = model.writer(source, target.length);
    const read = (parts) => {
        const reading = writer.start();
        parts.forEach((part) => writer.read(reading, part));
        return {
            scores: target.map((_, place) => writer.scores(reading, place)),
            encoder: source.maps, decoder: reading.maps("own"), cross: reading.maps("cross"),
        };
    };
    return [read([target]), read([target.slice(0, 2), ...target.slice(2).map((id) => [id])])];
})(models["pocket-t5"], a[0], a[1])
"""
FAILS = """
((act) => {
    try { act(); return "nothing failed"; } catch (error) { return error.message; }
})(() => {
    const writer = models["pocket-t5"].writer({ length: 1, states: new Float32Array(192) }, 2);
    writer.read(writer.start(), [0, 1, 1]);
})
"""


@pytest.fixture(scope="module")
def t5():
    return models.load("pocket-t5", device="cpu", attention="eager")


@pytest.fixture(scope="module")
def tokenizer(engine):
    engine('void (globalThis.t = m.openTokenizer(labModels["pocket-t5"]))')
    return engine


@torch.inference_mode()
def test_scores_and_attentions_are_the_librarys(engine, t5, few):
    """Read at once and token by token; Chinese among the texts."""
    sources = CHINESE + PROMPTS + hard_texts(few(30))
    targets = [*reversed(sources)]
    for source, target in zip(sources, targets, strict=True):
        ids = t5.tokenizer.encode(source)[:200]
        written = [0, *t5.tokenizer.encode(target)[:20]]
        theirs = t5.model(
            input_ids=torch.tensor([ids]),
            decoder_input_ids=torch.tensor([written]),
            output_attentions=True,
        )
        for ours in engine(READ, ids, written):
            np.testing.assert_allclose(np.stack(ours["scores"]), theirs.logits[0], atol=SCORES)
            for name in ("encoder", "decoder", "cross"):
                maps = torch.stack(theirs[f"{name}_attentions"])
                mine = ours[name].reshape(maps.shape)
                np.testing.assert_allclose(mine, maps, atol=WEIGHTS)


@pytest.mark.parametrize("both", [True, False])
def test_distances_are_in_the_librarys_classes(script_of, t5, both):
    attention = t5.model.encoder.block[0].layer[0].SelfAttention
    distances = torch.arange(-600, 601)
    theirs = type(attention)._relative_position_bucket(distances, both, 32, 128).tolist()
    code = "a[0].map((distance) => m.bucketOf(distance, a[1], 32, 128))"
    assert script_of("t5")(code, distances.tolist(), both) == theirs


def test_there_is_room_for_so_many_tokens(engine):
    assert engine(FAILS) == "There is room for 2 tokens here. Shorten the text."


TRANSLATE = """
((model, tokenizer) => {
    const what = { text: a[0], beams: a[1], penalty: 1 };
    const parts = [...m.TASKS.translate({ model, tokenizer }, what)];
    return parts.at(-1).steps.map(({ entry }) => entry.id);
})(models["pocket-t5"], t)
"""


@torch.inference_mode()
def test_greedy_ids_are_the_librarys(tokenizer, t5):
    """Up to ties: each token is the one that the library finds most probable after those before."""
    prefixed = [f"{prefix}{text}" for prefix in ss.prefixes(t5) for text in PROMPTS[:3]]
    sources = [CHINESE[0], *prefixed]
    for source in sources:
        ours = tokenizer(TRANSLATE, source, 1)
        ids, written = (
            torch.tensor([row]) for row in (t5.tokenizer.encode(source), [0, *ours[:-1]])
        )
        logits = t5.model(input_ids=ids, decoder_input_ids=written).logits[0]
        assert (logits.amax(-1) - logits[range(len(ours)), ours]).max() < TIE
        assert ours[-1] == t5.model.config.eos_token_id or len(ours) == 64


@torch.inference_mode()
def test_beams_find_what_the_librarys_find(tokenizer, t5):
    sources = [CHINESE[0], "number: one thousand and thirteen", "reverse: one two three"]
    for source in sources:
        ids = torch.tensor([t5.tokenizer.encode(source)])
        theirs = t5.model.generate(ids, num_beams=4, do_sample=False, max_new_tokens=64)
        assert tokenizer(TRANSLATE, source, 4) == theirs[0, 1:].tolist()


def test_the_ids_are_the_librarys(tokenizer, t5):
    texts = hard_texts(2000) + SPECIAL + CHINESE + SPELLED
    ours = tokenizer("a[0].map((text) => t.encode(text))", texts)
    pairs = zip(texts, ours, strict=True)
    assert [text for text, ids in pairs if ids != t5.tokenizer.encode(text)] == []
    decoded = tokenizer("a[0].map((ids) => [t.decode(ids), t.read(ids)])", ours[:300] + ours[2000:])
    assert decoded == [
        [t5.tokenizer.decode(ids, skip_special_tokens=skip) for skip in (False, True)]
        for ids in ours[:300] + ours[2000:]
    ]


def test_every_entry_is_told_as_python_tells_it(tokenizer, t5):
    code = "a[0].map((id) => t.entry(id)).map((one) => [one.text, one.special])"
    known = entries(range(len(t5.tokenizer)), t5.tokenizer)
    assert tokenizer(code, list(known)) == [[one.text, one.special] for one in known.values()]
