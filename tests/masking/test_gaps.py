"""A word in a gap has the pieces that the text has with the word in it, for every tokenizer.

What is right is computed apart: the filled text is cut by the tokenizer, the word's tokens are
those that stand where it stands, and a stock model is read with masks over them.
"""

from types import SimpleNamespace

import pytest
import torch
from transformers import pipeline

from lablib.masking import evidence, fill, fill_joint, probe, put, score_word
from lablib.masking.compute import fill as filling
from lablib.masking.compute.fill import token_text, token_texts
from lablib.masking.compute.gaps import word_in_gap
from lablib.models.vocabulary import entries
from tests.masking.tokenizers import TOKENIZERS, model_of

PLACES = [
    "[MASK] old man sat.",  # at the start
    "the old [MASK] sat on it.",
    "the [MASK].",
    "the man ([MASK]) sat.",
    "he said “[MASK] old man”",
    "he said '[MASK]'",
    "the light-[MASK] was on.",
    "the man's/[MASK] house",
    "it sat\n[MASK] old man sat",
    "the  [MASK]  was on",
    "中[MASK]国",
    "the [MASK] [MASK] was",
]


@pytest.fixture(scope="module")
def opened():
    """One tiny stock model for each tokenizer."""
    return {name: model_of(make()) for name, make in TOKENIZERS.items()}


def tokens_by_hand(tokenizer, text, word):
    """The ids of the text with the word in its first gap, and where its tokens are.

    A token that is nothing but the space before the word counts to the word.
    """
    start = text.index("[MASK]")
    before, after = text[:start], text[start + 6 :].replace("[MASK]", tokenizer.mask_token)
    encoded = tokenizer(before + word + after, return_offsets_mapping=True)
    filled, entries = before + word + after, tokenizer.convert_ids_to_tokens(encoded["input_ids"])
    places = []
    for place, (first, last) in enumerate(encoded["offset_mapping"]):
        while first < last and filled[first].isspace():
            first += 1
        if encoded.word_ids()[place] is None:
            continue
        lone = entries[place] in "Ġ▁" and first == start and not places
        if lone and entries[place + 1][0] in "Ġ▁":
            lone = False
        if lone or (first < last and first < start + len(word) and last > start):
            places.append(place)
    return encoded["input_ids"], places


def score_by_hand(m, ids, places):
    """The chain of a stock model's log-probabilities over the places, masks over those to come."""
    row = torch.tensor([ids])
    row[0, places] = m.tokenizer.mask_token_id
    total = 0.0
    for place in places:
        with torch.no_grad():
            scores = m.model(row).logits[0, place].log_softmax(-1)
        total += float(scores[ids[place]])
        row[0, place] = ids[place]
    return total


@pytest.mark.parametrize("text", PLACES)
@pytest.mark.parametrize("name", TOKENIZERS)
def test_a_word_is_asked_for_as_the_filled_text_has_it(opened, name, text):
    m = opened[name]
    for word in ("The", "house", "waterhouse", "Q9"):
        ids, places = tokens_by_hand(m.tokenizer, text, word)
        expected_ids = tuple(ids[place] for place in places)
        if m.tokenizer.unk_token_id in expected_ids:
            continue
        score = score_word(m, text, word)
        assert score.ids == expected_ids, (word, m.tokenizer.convert_ids_to_tokens(ids))
        assert score.log_probability == pytest.approx(score_by_hand(m, ids, places), abs=1e-3)


def test_the_named_members(opened):
    m = opened["RoBERTa"]
    entries = m.tokenizer.convert_ids_to_tokens
    assert entries(list(score_word(m, "[MASK] old man sat.", "The").ids)) == ["The"]
    assert entries(list(score_word(m, "it said: [MASK] old man.", "The").ids)) == ["ĠThe"]
    assert put("the light [MASK] was on", 0, "house", m) == "the lighthouse was on"
    assert put("the light [MASK] was on", 0, " house", m) == "the light house was on"


@pytest.mark.parametrize("name", TOKENIZERS)
def test_many_tokens_have_the_texts_that_each_has(opened, name):
    ids = range(len(opened[name].tokenizer))
    assert token_texts(opened[name], ids) == {id: token_text(opened[name], id) for id in ids}


def test_the_vocabulary_is_looked_at_once_for_all_guesses(opened, monkeypatch):
    looks = []
    monkeypatch.setattr(filling, "entries", lambda *args: looks.append(args) or entries(*args))
    assert len(fill(opened["BERT"], "the [MASK] [MASK] was", k=50).top()) == 50
    assert len(looks) == 1


@pytest.mark.parametrize("text", PLACES)
@pytest.mark.parametrize("name", TOKENIZERS)
def test_the_filled_text_is_what_the_guess_says(opened, name, text):
    m = opened[name]
    before, after = text.split("[MASK]", 1)
    marked = {entry[0] for entry in m.tokenizer.get_vocab() if entry[1:] == "house"} & set("Ġ▁")
    for entry in ("house", "The", *(f"{sign}{w}" for sign in marked for w in ("house", "The"))):
        id = m.tokenizer.convert_tokens_to_ids(entry)
        if id == m.tokenizer.unk_token_id:
            continue
        filled = fill(m, text, k=len(m.tokenizer))
        (guess,) = [guess for guess in filled.guesses[0] if guess.id == id]
        word = entry.lstrip("Ġ▁")
        if not marked:  # WordPiece: the text has the spaces
            expected = before + guess.text + after
        elif word != entry:
            virtual = name not in ("RoBERTa", "DeBERTa", "ModernBERT")
            space = "" if (before[-1:].isspace() or (virtual and not before)) else " "
            expected = before + space + word + after
        else:
            expected = (before if name in ("DeBERTa",) else before.rstrip(" ")) + word + after
        assert put(text, 0, guess.text, m) == expected


@pytest.mark.parametrize("name", TOKENIZERS)
def test_guesses_that_differ_in_their_space_look_different(opened, name):
    """And all of them have the probabilities of the stock pipeline."""
    m = opened[name]
    text = "the light [MASK] was on."
    stock = pipeline("fill-mask", model=m.model, tokenizer=m.tokenizer, top_k=len(m.tokenizer))
    expected = stock(text.replace("[MASK]", m.tokenizer.mask_token))
    guesses = fill(m, text, k=len(m.tokenizer)).top()
    assert [g.id for g in guesses] == [row["token"] for row in expected]
    assert [g.text.strip() for g in guesses] == [row["token_str"].strip() for row in expected]
    assert [g.probability for g in guesses] == pytest.approx(
        [row["score"] for row in expected], abs=1e-5
    )
    houses = [g.text for g in guesses if g.text.strip() == "house"]
    assert len(houses) == len(set(houses))


def test_a_word_that_runs_into_its_neighbours_leaves_them_as_they_are(opened):
    """`water` and `house` are one token together: the text beside the gap is kept."""
    tokenizer = TOKENIZERS["RoBERTa"]()
    tokenizer.add_tokens("waterhouse")
    m = model_of(tokenizer)
    gap = word_in_gap(m, "the water[MASK] was on", "house")
    assert tokenizer.convert_ids_to_tokens(list(gap.ids)) == ["house"]
    expected = tokenizer("the water<mask> was on")["input_ids"]
    assert list(gap.read.ids) == expected and gap.places == (expected.index(4),)


def test_several_gaps_and_the_second_of_them(opened):
    text = "[MASK] old man (the [MASK]) sat."
    for name, m in opened.items():
        gap = word_in_gap(m, text, "nurse", mask=1)
        before, after = text.split("(the [MASK])")
        filled = f"{before.replace('[MASK]', m.tokenizer.mask_token)}(the nurse){after}"
        ids = m.tokenizer(filled)["input_ids"]
        for place, id in zip(gap.places, gap.ids, strict=True):
            assert ids[place] == id, name
        row = [m.tokenizer.mask_token_id if i in gap.places else id for i, id in enumerate(ids)]
        assert list(gap.read.ids) == row
        assert gap.read.text.count("[MASK]") == 1 + len(gap.ids)


@pytest.mark.parametrize("name", TOKENIZERS)
def test_clues_and_templates_ask_for_the_same_pieces(opened, name):
    m = opened[name]
    found = evidence(m, "[MASK] nurse sat.", "The")
    assert found.answer == "The"
    ids, places = tokens_by_hand(m.tokenizer, "[MASK] nurse sat.", "The")
    assert found.log_probability == pytest.approx(score_by_hand(m, ids, places), abs=1e-3)
    assert all(word.text for word in found.words)
    asked = probe(m, ["[MASK] said it, [X]"], ("he", "she"), ("The", "A")).log_probabilities
    for number, subject in enumerate(("he", "she")):
        for place, word in enumerate(("The", "A")):
            ids, places = tokens_by_hand(m.tokenizer, f"[MASK] said it, {subject}", word)
            by_hand = score_by_hand(m, ids, places)
            assert float(asked[0, number, place]) == pytest.approx(by_hand, abs=1e-3)


@pytest.mark.parametrize("name", TOKENIZERS)
def test_pieces_of_a_joint_filling_make_the_text_of_its_tokens(opened, name):
    m = opened[name]
    best = fill_joint(m, "the [MASK][MASK] was", k=1).fillings[0]
    assert len(best.pieces) == len(best.ids) == 2
    for piece, id in zip(best.pieces, best.ids, strict=True):
        entry = m.tokenizer.convert_ids_to_tokens(id)
        assert piece.startswith(" ") == entry.startswith(("Ġ", "▁"))


def test_a_tokenizer_without_places_is_refused_in_a_sentence(opened):
    m = opened["RoBERTa"]
    slow = SimpleNamespace(is_fast=False, mask_token="<mask>")
    other = SimpleNamespace(model=m.model, tokenizer=slow, device=m.device)
    with pytest.raises(ValueError, match=r"SimpleNamespace cannot tell where .* tokenizer\.json"):
        fill(other, "the [MASK]")


def test_flaubert_fills_gaps_although_its_class_can_write():
    from transformers import FlaubertConfig, FlaubertWithLMHeadModel

    tokenizer = TOKENIZERS["BERT"]()
    torch.manual_seed(0)
    config = FlaubertConfig(
        vocab_size=len(tokenizer), emb_dim=32, n_layers=2, n_heads=4, init_std=0.4,
        max_position_embeddings=64, pad_index=0, unk_index=1, mask_index=4,
    )  # fmt: skip
    model = FlaubertWithLMHeadModel(config).eval()
    m = SimpleNamespace(model=model, tokenizer=tokenizer, device=model.device)
    with torch.no_grad():
        stock = model(**tokenizer("the [MASK] sat", return_tensors="pt"))
    expected = stock.logits[0, 2].softmax(-1)
    assert torch.allclose(fill(m, "the [MASK] sat").probabilities[0], expected, atol=1e-5)
