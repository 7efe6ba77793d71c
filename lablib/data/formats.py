"""Files that are called .txt or .csv and are something else: known by how they begin."""

import json
import re
from typing import Literal

_TAGS = "html|head|title|body|div|p|span|table|section|article|main|h[1-6]|ul|ol"
_BEGINNINGS = (
    (r"%PDF-", "a PDF", "open it, copy its text"),
    (r"\{\\rtf", "an RTF document", "open it in a word processor"),
    (r"PK\x03\x04", "a document of Word, Excel or the like (or a ZIP archive)", "open it there"),
    (r"\xd0\xcf\x11\xe0", "an old document of Word or Excel", "open it there"),
    (r"\x1f\x8b", "packed (gzip)", "unpack it"),
    (rf"(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype html|(?:{_TAGS})\b)", "an HTML page",
     "open it in a browser, copy its text"),
    (r"<\?xml\b", "an XML file", "take the texts out of its marks"),
)  # fmt: skip
"""How the files begin, what they are, and what to do with them first."""

_KEPT = {
    "text": "save it as plain text (.txt, UTF-8)",
    "table": "save it as CSV (UTF-8)",
}
_JSON = {
    "text": "take its texts out of it, as pandas.read_json(…) does, and save them as plain text",
    "table": "read it with pandas.read_json(…) and save it with .to_csv(…, index=False)",
}


def require_plain(content: bytes, name: str, wanted: Literal["text", "table"] = "text") -> None:
    r"""Refuse a file that is no plain text, or no CSV, whatever it is called.

    A model would learn its marks: tags, braces and commands.

    Args:
        content: the whole file.
        name: how a sentence calls it.
        wanted: what it should be.

    Raises:
        ValueError: with what it is and what to do.

    Example:
        >>> require_plain(b"The lamp is lit at dusk.", "It")
        >>> require_plain(b"%PDF-1.7\n%\xe2\xe3", "'notes.txt'")
        Traceback (most recent call last):
        ...
        ValueError: 'notes.txt' is a PDF: open it, copy its text, and save it as plain text (.txt,
        UTF-8).
    """
    # Without NULs the beginnings are the same in UTF-8, UTF-16 and UTF-32.
    start = content[:4096].replace(b"\0", b"").decode("latin-1")
    start = start.lstrip(" \t\r\n\xef\xbb\xbf\xff\xfe")  # and without the marks of an encoding
    for beginning, what, first in _BEGINNINGS:
        if re.match(beginning, start, re.IGNORECASE | re.DOTALL):
            raise ValueError(f"{name} is {what}: {first}, and {_KEPT[wanted]}.")
    if start.startswith(("{", "[")) and (what := _json(content)):
        raise ValueError(f"{name} is {what}: {_JSON[wanted]}.")


def _json(content: bytes) -> str:
    r"""What kind of JSON it is; "" if it is none.

    >>> _json(b'{"text": "One."}\n{"text": "Two."}\n'), _json(b'[{"a": 1}]'), _json(b"[1]\n[2]")
    ('a file of JSON lines', 'a JSON file', '')
    """
    text = content.decode(json.detect_encoding(content), "replace").strip()
    lines = text.splitlines()[:3]
    if len(lines) > 1 and all(isinstance(_parsed(line), dict) for line in lines):
        return "a file of JSON lines"
    return "a JSON file" if isinstance(_parsed(text), dict | list) else ""


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
