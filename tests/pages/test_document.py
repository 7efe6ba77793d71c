"""A notebook as a page: everything in one file, long things once, outputs escaped."""

import re

import nbformat
import nbformat.v4 as nbf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lablib.pages.document import Shared, glossary_page, lab_page, markdown, page_name
from lablib.pages.outputs import output
from lablib.pages.running import predictions
from lablib.widgets.strip import TokenStrip
from tests.executed import NOTEBOOKS

PAYLOAD = "</script><script>broken</script>"


def shown(*widgets):
    """The page of a notebook with one cell whose outputs are these widgets."""
    kind = "application/vnd.jupyter.widget-view+json"
    outputs = [nbf.new_output("display_data", {kind: {"model_id": w.model_id}}) for w in widgets]
    states = {w.model_id: w.get_state() | {"needs_kernel": False} for w in widgets}
    return lab_page(nbf.new_notebook(cells=[nbf.new_code_cell(PAYLOAD, outputs=outputs)]), states)


def test_scripts_and_styles_stand_in_a_page_once():
    one, two = (TokenStrip(tokens=[{"text": text}]) for text in "ab")
    page = shown(one, two)
    assert page.count("class Strip {") == 1
    assert page.count(one._css) == 1


def test_no_code_and_no_widget_ends_a_script():
    page = shown(TokenStrip(tokens=[{"text": PAYLOAD}]))
    assert page.count("<script") == shown(TokenStrip(tokens=[])).count("<script")
    assert PAYLOAD not in page


def test_what_is_to_be_guessed_is_behind_a_click():
    """The code is in sight: a torch page that shows outputs alone leaves nothing to guess."""
    cell = nbf.new_code_cell("1 + 1", outputs=[nbf.new_output("stream", text="2")])
    before = lab_page(nbf.new_notebook(cells=[cell]), {})
    cell.metadata.tags = ["guess-first"]
    after = lab_page(nbf.new_notebook(cells=[cell]), {})
    opened = re.compile('<details class="page-code" open><summary>Code, 1 line')
    hidden = re.compile('<details class="page-guess"><summary>[^<]*</summary>\\s*<pre[^>]*>2</pre>')
    assert opened.search(after) and hidden.search(after)
    assert not opened.search(before) and not hidden.search(before)


@given(st.text())
def test_a_text_put_out_stays_text(text):
    for one in (
        nbf.new_output("stream", text=text),
        nbf.new_output("display_data", {"text/plain": text, "text/html": f"<b>{text}</b>"}),
    ):
        inner = output(one, str).removeprefix('<pre class="page-text">').removesuffix("</pre>")
        assert "<" not in inner and ">" not in inner


def test_warnings_and_colours_of_a_terminal_are_left_out():
    assert output(nbf.new_output("stream", name="stderr", text="warning"), str) == ""
    assert ">red<" in output(nbf.new_output("stream", text="\x1b[31mred\x1b[0m"), str)


def test_a_picture_is_in_the_page():
    found = output(
        nbf.new_output("display_data", {"image/png": "AA==", "text/plain": "a dot"}), str
    )
    assert "data:image/png;base64,AA==" in found and 'alt="a dot"' in found


def test_links_between_labs_lead_to_pages_and_others_stay():
    assert 'href="06_sampling.html"' in markdown("[next](06_sampling.ipynb)")
    assert 'href="https://arxiv.org/a.ipynb"' in markdown("[paper](https://arxiv.org/a.ipynb)")
    assert 'href="GLOSSARY.html#top-k"' in markdown("[top-k](../GLOSSARY.md#top-k)")
    assert 'href="further-02_a.html"' in markdown("[further](further/02_a.ipynb)")
    assert 'href="02_a.html"' in markdown("[back](../02_a.ipynb)")


def test_headings_can_be_linked_as_in_jupyterlab():
    assert '<h2 id="top-k">top-k</h2>' in glossary_page("# Glossary\n\n## top-k\n\nKeeps k.")
    assert '<h2 id="What-it-costs">' in markdown("## What *it* costs")


@given(st.recursive(st.text(max_size=30) | st.integers(), st.lists, max_leaves=20))
def test_what_is_folded_can_be_put_back(value):
    shared = Shared()
    shared.LONG = 5
    assert unfold(shared.fold(value), shared.texts) == value


def unfold(value, texts):
    if isinstance(value, list):
        return [unfold(inner, texts) for inner in value]
    return texts[value["shared"]] if isinstance(value, dict) else value


def test_every_prediction_of_a_notebook_is_found():
    cell = nbf.new_code_cell('ex.predict(\n    "a/b",\n)\nex.check("a/c", 1)\nex.predict("a/d")')
    assert predictions(nbf.new_notebook(cells=[cell])) == ["a/b", "a/d"]


ONLY_WITH_A_KERNEL = re.compile(
    r"Run All|Run →|Shift\+Enter|kernel|JupyterLab|(?:cell|notebook)s? (?:below|above|here)"
    r"|\brun (?:the|a|this|its|each) cell|into a cell|run it again|a restart",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=page_name)
def test_no_page_speaks_of_what_only_a_kernel_has(path):
    """What a lab says of running cells and of JupyterLab's menus is left out of its page."""
    cells = nbformat.read(path, as_version=4).cells
    for cell in cells:
        if cell.cell_type == "markdown":
            words = re.sub(r"<[^>]*>", "", markdown(cell.source))
            assert ONLY_WITH_A_KERNEL.findall(words) == []
            assert "<!--" not in markdown(cell.source)
            # A line that begins with a comment would be shown as it is, stars and all.
            assert not re.search(r"^\s*<!--", cell.source, re.MULTILINE)
