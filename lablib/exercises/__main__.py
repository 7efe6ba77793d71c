"""The commands: `python -m lablib.exercises report FOLDER` and `… afresh LAB`."""

import argparse
import sys
from collections.abc import Sequence

from lablib.exercises import report
from lablib.exercises.afresh import start_afresh
from lablib.exercises.records import ExerciseError, rooms

FORMATS = {"csv": report.as_csv, "markdown": report.as_markdown}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; 0, or 1 after a sentence on what was wrong."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.command == "report":
            rows = report.table(report.learners(asked.folder))
            print(FORMATS[asked.format](rows), end="")
        else:
            print(start_afresh(asked.lab, asked.labs).sentence())
    except (ExerciseError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lablib.exercises", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    reporting = commands.add_parser("report", help="what each learner of a class has done")
    reporting.add_argument("folder", help="holds NAME.jsonl, NAME/progress.jsonl or home folders")
    reporting.add_argument("--format", choices=FORMATS, default="csv")
    anew = commands.add_parser("afresh", help="start a lab anew; the old notebook is kept")
    anew.add_argument("lab", help=f"one of {', '.join(rooms())}")
    anew.add_argument("--labs", default=".", metavar="FOLDER", help="the folder with the notebooks")
    return parser


if __name__ == "__main__":
    sys.exit(main())
