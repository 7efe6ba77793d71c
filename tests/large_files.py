"""The hook against large files: `python -m tests.large_files FILE …` fails if one is over 1 MB."""

import sys
from collections.abc import Sequence
from pathlib import Path

LIMIT = 1_000_000
"""Bytes. What is committed is in every clone for ever."""


def main(files: Sequence[str]) -> int:
    """Name the files that are too large; 1 if there are any."""
    large = [file for file in files if Path(file).stat().st_size > LIMIT]
    for file in large:
        print(f"{file} has {Path(file).stat().st_size:,} bytes; keep it out of the repository.")
    return int(bool(large))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
