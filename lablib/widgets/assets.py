"""The JavaScript and style of our own views, joined from files: no build step, no imports."""

from pathlib import Path

STATIC = Path(__file__).parent / "static"


def source(*files: Path) -> str:
    """The files joined into the one self-contained module an anywidget needs."""
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
