"""What a teacher does with a class's files, and a learner with a lab (each command has --help)."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from lablib.exercises import by_question, grading, minutes, projector, report
from lablib.exercises.afresh import sentence, start_afresh
from lablib.exercises.progress import ProgressFile
from lablib.exercises.records import ExerciseError, rooms
from lablib.exercises.teacher_copies import write_copies

FORMATS = {"csv": report.as_csv, "markdown": report.as_markdown}
FILES = "holds NAME.jsonl, NAME/progress.jsonl or home folders"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; 0, or 1 after a sentence on what was wrong."""
    asked = _parser().parse_args(arguments)
    try:
        with suppress(KeyboardInterrupt):
            asked.run(asked)
    except (ExerciseError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _report(asked: argparse.Namespace) -> None:
    if asked.by == "learner":
        rows = report.table(report.learners(asked.folder))
    else:
        events = [found for found, _ in report.read_class(asked.folder).values()]
        labs = [asked.lab] if asked.lab else rooms()
        found = [one for lab in labs for one in by_question.by_question(events, lab)]
        rows = by_question.table(found)
    print(FORMATS[asked.format](rows), end="")


def _live(asked: argparse.Namespace) -> None:
    page = Path(asked.page).resolve()
    projector.write(asked.folder, asked.lab, page, asked.answers)
    print(f"Open {page.as_uri()} in a browser. It is written anew until Ctrl-C.", flush=True)
    projector.watch(asked.folder, asked.lab, page, asked.answers)


def _solutions(asked: argparse.Namespace) -> None:
    copies = write_copies(asked.labs, asked.folder)
    print(f"{len(copies)} notebooks with solutions are in {str(Path(asked.folder).resolve())!r}.")


def _grade(asked: argparse.Namespace) -> None:
    rows = grading.table(grading.grades(asked.folder, asked.lab), asked.lab)
    print(report.as_csv(rows), end="")


def _take_in(asked: argparse.Namespace) -> None:
    file = ProgressFile()
    new, unreadable = file.take_in(asked.file)
    print(f"{new} events of {asked.file!r} were added to {str(file.path)!r}.")
    if unreadable:
        print(f"{unreadable} lines of it could not be read: is it a progress file?")


def _minutes(asked: argparse.Namespace) -> None:
    print(FORMATS[asked.format](minutes.table(asked.folder)), end="")


def _afresh(asked: argparse.Namespace) -> None:
    print(sentence(start_afresh(asked.lab, asked.labs)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lablib.exercises", description=__doc__)
    commands = parser.add_subparsers(required=True)
    labs = f"one of {', '.join(rooms())}"

    one = commands.add_parser("report", help="what each learner, or the class, has done")
    one.add_argument("folder", help=FILES)
    one.add_argument("--by", choices=("learner", "question"), default="learner")
    one.add_argument("--lab", help=f"by question: {labs}; all of them if left out")
    one.add_argument("--format", choices=FORMATS, default="csv")
    one.set_defaults(run=_report)

    one = commands.add_parser("live", help="a page for the projector, with nobody's name")
    one.add_argument("folder", help=FILES)
    one.add_argument("lab", help=labs)
    one.add_argument("--page", default="class.html", help="the file that is written")
    one.add_argument("--answers", action="store_true", help="mark what is right")
    one.set_defaults(run=_live)

    one = commands.add_parser("grade", help="points for each question; runs learners' notebooks")
    one.add_argument("folder", help=f"{FILES}; a learner's notebooks are in the folder NAME")
    one.add_argument("lab", help=labs)
    one.set_defaults(run=_grade)

    one = commands.add_parser("solutions", help="the teacher's copies of the notebooks")
    one.add_argument("folder", help="where they go: not among the labs")
    one.add_argument("--labs", default="labs", metavar="FOLDER", help="where the notebooks are")
    one.set_defaults(run=_solutions)

    one = commands.add_parser("minutes", help="how long each notebook takes, by section")
    one.add_argument("folder", nargs="?", default="labs", help="where the notebooks are")
    one.add_argument("--format", choices=FORMATS, default="markdown")
    one.set_defaults(run=_minutes)

    one = commands.add_parser("take-in", help="add a progress file, as from a page, to your own")
    one.add_argument("file", help="such as progress.jsonl in the folder of your downloads")
    one.set_defaults(run=_take_in)

    one = commands.add_parser("afresh", help="start a lab anew; the old notebook is kept")
    one.add_argument("lab", help=labs)
    one.add_argument("--labs", default=".", metavar="FOLDER", help="the folder with the notebooks")
    one.set_defaults(run=_afresh)
    return parser


if __name__ == "__main__":
    sys.exit(main())
