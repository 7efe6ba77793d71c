"""`python -m lablib.pretraining KIND --text FOLDER … --out FOLDER …`: train a model.

A run that was interrupted goes on where its last checkpoint stood when the same command is given
again; `--steps` may then be another number. `--start FOLDER` goes on from a model made before.
"""

import argparse
import copy
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import (
    AutoModelForPreTraining,
    AutoTokenizer,
    BertForPreTraining,
    GenerationConfig,
    GPT2LMHeadModel,
    PreTrainedTokenizerBase,
    T5ForConditionalGeneration,
)
from transformers.utils import logging

from lablib.attention.compute.metrics import head_scores, top_heads
from lablib.data import pairs as own_pairs
from lablib.foundations.compute.ngrams import NGrams
from lablib.output import say
from lablib.pretraining.alignment import alignment
from lablib.pretraining.card import Measured, guessed, model_card, titles_table, turned, wrote
from lablib.pretraining.curve import record
from lablib.pretraining.evaluation import (
    TokenScore,
    bits_per_byte,
    masked_score,
    xz_bits_per_byte,
)
from lablib.pretraining.general import GENERAL, filled, first_words, found_again
from lablib.pretraining.rewriting import exact, pair_score, rewritten
from lablib.pretraining.training import Learned, mix, start_from_frequencies, train
from lablib.randomness import seeded
from lablib.seq2seq.compute.scoring import bleu, chrf
from lablib.training.corpus import log_shares, read_texts, token_stream, train_tokenizer
from lablib.training.made_up import MADE_UP, Pair
from lablib.training.pairs import made_up, read_pairs
from lablib.training.recipe import RECIPES, Kind, Model, Recipe, new_model

NAMES: dict[Kind, str] = {
    "gpt2": "pocket-gpt2",
    "bert": "pocket-bert",
    "minilm": "minilm-masked",
    "t5": "pocket-t5",
}
CURVE = "curve.csv"
CURVE_BATCHES = 16
CURVE_PAIRS = 256
HELDOUT_ROWS = 500
SHOWN = 10
PROMPT = "Once upon a time"
CAT = "The cat sat on the {}."
WRITING = GenerationConfig(
    do_sample=True, temperature=0.7, top_p=0.95, top_k=0, num_return_sequences=20
)
"""How the texts in the card of a GPT-2 are drawn."""
WRITTEN_TOKENS = 80
OWN_PAIRS = {
    "translate English to French": "english-french",
    "translate English to Chinese": "english-chinese",
}
ATTENTION = "mean attention, random tokens repeated once"


def main(arguments: list[str] | None = None) -> None:
    """Train, measure and save one model."""
    args = parse(arguments)
    recipe = chosen_recipe(args)
    logging.set_verbosity_error()
    tokenizer, data = learned(recipe, args)
    with seeded(recipe.seed):
        begun = earlier(args.start, recipe) if args.start else new_model(recipe, tokenizer)
        model = begun.to(args.device)
    # On the CPU the backward pass of the fused attention is slower than three plain products.
    model.set_attn_implementation("eager" if args.device == "cpu" else "sdpa")
    fresh = not args.start or recipe.kind == "minilm"  # whose bias was moved after its training
    if isinstance(model, BertForPreTraining) and isinstance(data, np.ndarray) and fresh:
        start_from_frequencies(model, data)
    losses = train(model, tokenizer, data, recipe, args.out, args.save_every, args.compile)
    if measure := curve_measure(model, tokenizer, recipe, args):
        losses = record(losses, measure, args.out / CURVE, args.save_every)
    follow(losses, recipe)
    if args.start and recipe.start_share:
        mix(model, earlier(args.start, recipe), recipe.start_share)
    if recipe.kind == "minilm" and isinstance(data, np.ndarray):
        from lablib.training.adaptation import widen_vocabulary

        widen_vocabulary(model, tokenizer, log_shares(data, len(tokenizer)))
    finish(model.eval(), tokenizer, recipe, args)


def learned(recipe: Recipe, args: argparse.Namespace) -> tuple[PreTrainedTokenizerBase, Learned]:
    """The run's tokenizer, and what is learned: a stream of ids, or pairs of texts for T5."""
    # What was learned on top of MiniLM is kept without its tokenizer.
    folder = args.out / "tokenizer"
    if args.start and recipe.kind != "minilm":
        folder = args.start
    if recipe.kind == "t5":
        pairs = all_pairs(args.text)
        shown = pairs + together(made_up(len(pairs) // 100, recipe.seed))
        tokenizer = open_tokenizer(recipe, ["\n".join(pair) for pair in shown], folder)
        say(f"{len(pairs):,} pairs, vocabulary {len(tokenizer):,}")
        return tokenizer, pairs
    texts = read_all(args.text)
    tokenizer = open_tokenizer(recipe, texts, folder)
    stream = token_stream(texts, tokenizer)
    say(f"{len(texts)} texts, {len(stream):,} tokens, vocabulary {len(tokenizer):,}")
    return tokenizer, stream


def curve_measure(
    model: Model, tokenizer: PreTrainedTokenizerBase, recipe: Recipe, args: argparse.Namespace
) -> Callable[[], TokenScore] | None:
    """What measures a point of the training's curve; None for GPT-2, which has no curve."""
    if isinstance(model, T5ForConditionalGeneration):
        kept = all_pairs(args.heldout)
        return partial(pair_score, model, tokenizer, kept[:: max(1, len(kept) // CURVE_PAIRS)])
    if isinstance(model, BertForPreTraining):
        unseen = token_stream(read_all(args.heldout), tokenizer)
        return partial(masked_score, model, tokenizer, unseen, recipe.context, CURVE_BATCHES)
    return None


def all_pairs(folders: list[Path]) -> list[Pair]:
    """The pairs of all files of some folders."""
    return [pair for folder in folders for pair in together(read_pairs(folder))]


def together(tasks: dict[str, list[Pair]]) -> list[Pair]:
    """The rows of all tasks, one task after the other."""
    return [pair for rows in tasks.values() for pair in rows]


def finish(
    model: Model,
    tokenizer: PreTrainedTokenizerBase,
    recipe: Recipe,
    args: argparse.Namespace,
) -> None:
    """Save the trained model with its card, and with its curve if it has one."""
    folder = args.out / NAMES[recipe.kind]
    save(folder, model, tokenizer, recipe)
    # A curve is shown from the beginning: one that went on from another keeps the other's.
    begun = [place / CURVE for place in (args.start, args.out) if place]
    if curve := next(filter(Path.exists, begun), None):
        (folder / CURVE).write_bytes(curve.read_bytes())
    measured, samples = figures(model, tokenizer, recipe, args)
    before = args.start / "README.md" if args.start else None
    earlier = before.read_text(encoding="utf-8") if before and before.exists() else ""
    titles = titles_table(args.text)
    card = model_card(folder.name, model, recipe, measured, titles, samples, earlier)
    (folder / "README.md").write_text(card, encoding="utf-8")
    say(str(card))


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line: folders, device, and every number of the recipe as an option."""
    parser = argparse.ArgumentParser(prog="python -m lablib.pretraining", description=__doc__)
    parser.add_argument("kind", choices=list(RECIPES))
    folders: Any = {"type": Path, "nargs": "+", "required": True}
    parser.add_argument(
        "--text", help="folders of .txt (t5: .tsv); one named twice counts twice", **folders
    )
    parser.add_argument("--heldout", help="folders to measure on, each by itself", **folders)
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint and model")
    parser.add_argument("--start", type=Path, help="a folder of the same kind to train further")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--compile", action="store_true", help="half as fast again, where gcc is")
    parser.add_argument("--save-every", type=int, default=200, help="steps between checkpoints")
    for field in fields(Recipe):
        if field.name != "kind":
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=field.type)
    return parser.parse_args(arguments)


def chosen_recipe(args: argparse.Namespace) -> Recipe:
    """The kind's recipe with what the command line changed."""
    given = {f.name: getattr(args, f.name) for f in fields(Recipe) if f.name != "kind"}
    return replace(RECIPES[args.kind], **{k: v for k, v in given.items() if v is not None})


def earlier(folder: Path, recipe: Recipe) -> Model:
    """The model of a folder, in single precision, to be trained further."""
    if recipe.kind == "minilm":
        from lablib.training.adaptation import adapted_minilm, load_adapter

        minilm = adapted_minilm(recipe.rank)
        load_adapter(folder, minilm)
        return minilm
    model: Model = AutoModelForPreTraining.from_pretrained(folder, dtype=torch.float32)
    return model


def open_tokenizer(recipe: Recipe, texts: list[str], folder: Path) -> PreTrainedTokenizerBase:
    """The run's tokenizer, trained on its texts at first use."""
    if not folder.exists():
        train_tokenizer(recipe.kind, texts, recipe.vocab_size).save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


def follow(losses: Iterator[tuple[int, float]], recipe: Recipe, every: int = 25) -> None:
    """Run the training, printing the mean loss and the speed now and then."""
    seen: list[float] = []
    since = time.monotonic()
    for step, loss in losses:
        seen.append(loss)
        if (step + 1) % every == 0 or step + 1 == recipe.steps:
            speed = len(seen) * recipe.batch / (time.monotonic() - since)
            mean = sum(seen) / len(seen)
            say(f"step {step + 1}/{recipe.steps}  loss {mean:.4f}  {speed:,.1f} rows/s")
            seen, since = [], time.monotonic()


def figures(
    model: Model, tokenizer: PreTrainedTokenizerBase, recipe: Recipe, args: argparse.Namespace
) -> tuple[list[Measured], str]:
    """What the card says in numbers, and what it shows."""
    if isinstance(model, T5ForConditionalGeneration):
        return pair_figures(model, tokenizer, args.heldout)
    texts = read_all(list(dict.fromkeys(args.text)))  # a count gains nothing from a second reading
    heldout = {about(folder): read_texts(folder) for folder in args.heldout}
    if isinstance(model, GPT2LMHeadModel):
        measured = causal_figures(model, tokenizer, texts, heldout)
        how = f"after “{PROMPT}” at temperature {WRITING.temperature}, top-p {WRITING.top_p}"
        return measured, wrote(written(model, tokenizer), how)
    measured = masked_figures(model, tokenizer, heldout, recipe.context)
    if recipe.kind == "minilm":
        start = new_model(recipe, tokenizer).to(args.device)
        start_from_frequencies(start, token_stream(texts, tokenizer))
        measured += general_figures(start, model, tokenizer)
    shown = [CAT, *(sample.text for sample in GENERAL[:5])]
    guesses = {text.format("…"): first_words(model, tokenizer, text) for text in shown}
    return measured, guessed(guesses)


def read_all(folders: list[Path]) -> list[str]:
    """The texts of several folders, one after the other."""
    return [text for folder in folders for text in read_texts(folder)]


def about(folder: Path) -> str:
    """A name for a folder of held-out texts: that of its only text, or of the folder it stands in.

    >>> about(Path("corpus/modern/heldout"))
    'modern'
    """
    files = list(folder.glob("*.txt"))
    return files[0].stem if len(files) == 1 else folder.parent.name


def causal_figures(
    model: GPT2LMHeadModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: list[str],
    heldout: dict[str, list[str]],
) -> list[Measured]:
    """Bits per byte of the model and of what it must beat on each of the held-out sets, and its
    most telling heads.
    """
    counted = NGrams(token_stream(texts, tokenizer), len(tokenizer), order=5)
    figures: dict[str, float] = {}
    for name, kept in heldout.items():
        unseen, size = token_stream(kept, tokenizer), sum(len(text.encode()) for text in kept)
        figures |= {
            f"{name}: this model": bits_per_byte(model, tokenizer, unseen, size),
            f"{name}: 5-gram, interpolated Kneser-Ney": counted.bits_per_byte(unseen[:-1], size),
            f"{name}: xz -9e, primed with the training text": xz_bits_per_byte(
                "".join(texts), "".join(kept)
            ),
        }
    heads = {name: top_heads(scores, 1)[0] for name, scores in head_scores(model).items()}
    return [Measured(what, f"{bits:.3f}", "bits per byte") for what, bits in figures.items()] + [
        Measured(
            f"best {name.replace('_', '-')} head: layer {layer}, head {head}",
            f"{score:.2f}",
            ATTENTION,
        )
        for name, (layer, head, score) in heads.items()
    ]


def masked_figures(
    model: BertForPreTraining,
    tokenizer: PreTrainedTokenizerBase,
    heldout: dict[str, list[str]],
    context: int,
) -> list[Measured]:
    """Masked-word accuracy and loss, and the next-sentence accuracy, on each held-out set."""
    entries = f"of the masked tokens, of a vocabulary of {len(tokenizer):,}"
    measured = []
    for name, texts in heldout.items():
        score = masked_score(model, tokenizer, token_stream(texts, tokenizer), context)
        measured += [
            Measured(f"{name}: masked words guessed", f"{score.accuracy:.1%}", entries),
            Measured(f"{name}: masked-word loss", f"{score.loss:.2f}", "nats per masked token"),
            Measured(f"{name}: next sentence told apart", f"{score.next_sentence:.1%}", "of pairs"),
        ]
    return measured


def pair_figures(
    model: T5ForConditionalGeneration, tokenizer: PreTrainedTokenizerBase, folders: list[Path]
) -> tuple[list[Measured], str]:
    """How each task fares on held-out rows, where a head of the decoder looks, and some rows."""
    translated = {task: rows for folder in folders for task, rows in read_pairs(folder).items()}
    tasks = {**translated, **made_up(HELDOUT_ROWS, seed=0, heldout=True)}
    made = {task: rewritten(model, tokenizer, [s for s, _ in tasks[task]]) for task in tasks}
    measured = [figure for task in tasks for figure in task_figures(task, made[task], tasks[task])]
    if french := translated.get("translate English to French"):
        model.set_attn_implementation("eager")
        found = alignment(model, tokenizer, french)
        measured.append(
            Measured(
                f"cross-attention to the word being translated: layer {found.layer}, "
                f"head {found.head}",
                f"{found.share:.2f}",
                f"of a head's attention, mean over {found.words} words of {found.sentences} "
                f"sentences (all heads {found.mean:.2f}, evenly spread {found.even:.2f})",
            )
        )
    shown = [row for task in tasks for row in shown_rows(task, tasks[task])]
    texts = rewritten(model, tokenizer, [source for source, _ in shown])
    rows = [(*pair, text) for pair, text in zip(shown, texts, strict=True)]
    return measured, turned((source, text, target) for source, target, text in rows)


def shown_rows(task: str, rows: Sequence[Pair]) -> Sequence[Pair]:
    """The rows of a task that a card shows: of a translation our own, for those of a corpus are not
    ours to print; none where we have none.

    >>> shown_rows("translate English to French", [("theirs", "theirs")])[0]
    ('translate English to French: I am cold.', "J'ai froid.")
    """
    if task in MADE_UP:
        return rows[:SHOWN]
    name = OWN_PAIRS.get(task)
    own = own_pairs(name)[:SHOWN] if name else []
    return [(f"{task}: {source}", target) for source, target in own]


def task_figures(task: str, made: Sequence[str], rows: Sequence[Pair]) -> list[Measured]:
    """The figures of one task: exact match, and chrF and BLEU for translations."""
    meant, unit = [target for _, target in rows], f"of {len(rows):,} held-out pairs"
    figures = [Measured(f"{task}: exactly as meant", f"{exact(made, rows):.1%}", unit)]
    if task not in MADE_UP:
        figures.append(Measured(f"{task}: chrF2", f"{chrf(made, meant):.1f}", unit))
    if task == "translate English to French":
        figures.append(Measured(f"{task}: sacreBLEU", f"{bleu(made, meant):.1f}", unit))
    return figures


def general_figures(
    start: BertForPreTraining, model: BertForPreTraining, tokenizer: PreTrainedTokenizerBase
) -> list[Measured]:
    """How the sentences of today fare before the training and after it."""
    before, after = (filled(each, tokenizer, GENERAL) for each in (start, model))
    kept = [found_again(each.bert, tokenizer, GENERAL) for each in (start, model)]
    unit = f"of {len(GENERAL)} sentences of today, before → after"
    return [
        Measured("blanks filled as meant", f"{before.first} → {after.first}", unit),
        Measured("meant word in the first five", f"{before.in_five} → {after.in_five}", unit),
        Measured("loss on those blanks", f"{before.loss:.2f} → {after.loss:.2f}", "nats"),
        Measured("same thing said otherwise, found", f"{kept[0]} → {kept[1]}", unit),
    ]


def written(model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """Texts the model writes, always the same ones."""
    ids = tokenizer(PROMPT, return_tensors="pt").input_ids.to(model.device)
    settings = copy.deepcopy(WRITING)
    settings.max_length = min(WRITTEN_TOKENS, model.config.n_positions)
    writer: Any = model
    with seeded(0):
        out = writer.generate(ids, generation_config=settings)
    return list(tokenizer.batch_decode(out, skip_special_tokens=True))


def save(folder: Path, model: Model, tokenizer: PreTrainedTokenizerBase, recipe: Recipe) -> None:
    """Write the model as an ordinary `transformers` folder, weights in half precision; of MiniLM
    only what was learned.
    """
    if recipe.kind == "minilm":
        from lablib.training.adaptation import save_adapter

        save_adapter(folder, model, recipe.rank)
        return
    copy.deepcopy(model).half().save_pretrained(folder)
    tokenizer = copy.deepcopy(tokenizer)
    # What a batch was last cut and filled to is no part of it, but would be saved with it.
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    main()
