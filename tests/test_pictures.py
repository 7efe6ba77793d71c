"""The README's pictures: each is there, and `make screenshots` takes each anew."""

import re

from tests.conftest import ROOT

SHOT = re.compile(r'\bshot\(.*?, f?"([^"]+)"\)', re.DOTALL)


def taken():
    """For each picture that a browser test takes, what its name looks like."""
    tests = [path.read_text() for path in (ROOT / "tests/browser").glob("test_*.py")]
    names = [name for text in tests for name in SHOT.findall(text)]
    return [re.sub(r"\\{.*?\\}", ".+", re.escape(name)) for name in names]


def test_every_picture_of_the_readme_is_there_and_in_words():
    pictures = re.findall(r"!\[(.*?)\]\((labs/images/.*?)\)", (ROOT / "README.md").read_text())
    assert pictures
    for words, path in pictures:
        assert words and (ROOT / path).exists()


def test_every_picture_is_taken_by_a_browser_test():
    pictures = [path.stem for path in (ROOT / "labs/images").iterdir()]
    assert [p for p in pictures if not any(re.fullmatch(name, p) for name in taken())] == []
