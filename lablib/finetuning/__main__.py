"""`python -m lablib.finetuning config.toml`: train as the file says.

`python -m lablib.finetuning merge RUN FOLDER`: add what LoRA learned in a run to its model.
`python -m lablib.finetuning push RUN OWNER/MODEL`: put a run's model on the Hugging Face hub.
`python -m lablib.finetuning page RUN FILE`: one HTML file in which a run's model writes.
`python -m lablib.finetuning search config.toml`: short trainings with other settings; the same
command in several processes shares the trials, and goes on where they stand.

On several devices or machines: `accelerate launch -m lablib.finetuning config.toml`. A run that was
interrupted goes on where its last checkpoint stood when the same command is given again.
"""

import argparse
import sys
from pathlib import Path
from typing import get_args

from lablib import pages
from lablib.finetuning.compute.reporting import reporting
from lablib.finetuning.compute.search import SPACE, best_trial, search_settings
from lablib.finetuning.compute.sharing import merge, push_to_hub
from lablib.finetuning.compute.trials import How, Trial, shared_trials
from lablib.models.errors import explain
from lablib.output import say
from lablib.training.config import read_config
from lablib.training.records import Record
from lablib.training.run import train


def main(arguments: list[str] | None = None) -> None:
    """Train, and print a line per step; or look for settings, or take a run's model away."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        if arguments[:1] in (["merge"], ["push"], ["page"]):
            take_away(arguments)
        elif arguments[:1] == ["search"]:
            search_as_told(arguments[1:])
        else:
            train_as_told(arguments)
    except (ValueError, OSError) as error:
        raise SystemExit(explain(error).message) from error


def take_away(arguments: list[str]) -> None:
    """Merge or upload what a run has made, or make a page of it."""
    parser = argparse.ArgumentParser(prog="python -m lablib.finetuning")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, place, words in (
        ("merge", "folder", "a new folder, for the whole model"),
        ("push", "name", "owner/model, of the hub"),
        ("page", "file", "the page, such as mine.html"),
    ):
        command = commands.add_parser(name)
        command.add_argument("run", type=Path, help="the folder of a run")
        command.add_argument(place, help=words)
        if name == "push":
            command.add_argument("--public", action="store_true", help="for everybody to see")
    args = parser.parse_args(arguments)
    if args.command == "merge":
        say(f"The whole model is in {merge(args.run, args.folder)}.")
    elif args.command == "page":
        from lablib.pages.taking_away import size_words  # no training waits for its libraries

        page = pages.take_away(args.run, args.file)
        say(f"The page is {page} ({size_words(page.stat().st_size)}).")
    else:
        say(f"It is at {push_to_hub(args.run, args.name, private=not args.public)}.")


def search_as_told(arguments: list[str]) -> None:
    """Look for settings, and print a line per trial, and the best of all processes."""
    args = _search_parser().parse_args(arguments)
    file = args.file or args.config.with_suffix(".trials")
    space = {name: SPACE[name] for name in args.settings}
    config = read_config(args.config)
    for trial in search_settings(config, space, args.how, args.trials, args.seed, file):
        if trial.done:
            say(trial_words(trial))
    trials = shared_trials(file)
    best = best_trial(trials)
    say(f"The best of {len(trials)} in {file}: {trial_words(best) if best else 'none'}")


def _search_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lablib.finetuning search")
    parser.add_argument("config", type=Path, help="a TOML file with all other settings")
    parser.add_argument(
        "--settings", nargs="+", choices=list(SPACE), default=["learning_rate", "batch"],
        help="what is looked for",
    )  # fmt: skip
    parser.add_argument("--how", choices=get_args(How), default="bayesian")
    parser.add_argument("--trials", type=int, default=8, help="of all processes together")
    parser.add_argument("--seed", type=int, default=0, help="of the draws")
    parser.add_argument("--file", type=Path, help="of the trials; beside the config if left out")
    return parser


def trial_words(trial: Trial) -> str:
    """A trial in a line.

    >>> trial_words(Trial(3, {"learning_rate": 0.00123, "batch": 8}, 5, 5, 3.0))
    'trial 3  learning_rate = 0.00123  batch = 8  held-out loss 3.0000'
    """
    settings = [f"{name} = {value:.4g}" for name, value in trial.settings.items()]
    loss = "" if trial.loss is None else f"held-out loss {trial.loss:.4f}"
    return "  ".join([f"trial {trial.number}", *settings, trial.failure or loss]).rstrip()


def train_as_told(arguments: list[str]) -> None:
    """Train as a file of settings says, and print a line per step."""
    parser = argparse.ArgumentParser(prog="python -m lablib.finetuning", description=__doc__)
    parser.add_argument(
        "config", type=Path, help="a TOML file with settings, as write_config makes"
    )
    parser.add_argument("--folder", type=Path, help="of the run; the file's name if left out")
    parser.add_argument("--report", help="tensorboard or trackio, to watch the run there too")
    args = parser.parse_args(arguments)
    config = read_config(args.config)
    folder = args.folder or args.config.with_suffix("")
    if args.report is None:
        train(config, folder, tell)
        return
    with reporting(args.report, config, folder) as report:

        def tell_both(record: Record) -> None:
            tell(record)
            report(record)

        train(config, folder, tell_both)


def tell(record: Record) -> None:
    """Print what was read of a step."""
    if record.loss is None and record.heldout_loss is None and not record.note:
        return
    parts = [f"step {record.step}"]
    if record.loss is not None:
        parts += [f"loss {record.loss:.4f}", f"lr {record.learning_rate:.2e}"]
    if record.tokens_per_second is not None:
        parts.append(f"{record.tokens_per_second:,.0f} tokens/s")
    if record.heldout_loss is not None:
        parts.append(f"held-out loss {record.heldout_loss:.4f}")
    say("  ".join([*parts, record.note]).rstrip())
    if record.sample:
        say(f"    {record.sample}")


if __name__ == "__main__":
    main()
