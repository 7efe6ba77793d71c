"""A text in a code fold."""

LONGEST = 20_000
"""Characters of a text that are written into the code."""


def text_code(text: str) -> str:
    """The line that has the text; a very long one is only named.

    >>> text_code("a")
    "text = 'a'\\n"
    """
    if len(text) <= LONGEST:
        return f"text = {text!r}\n"
    return f"text = open('your_text.txt').read()  # {len(text):,} characters\n"
