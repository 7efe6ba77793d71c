"""Where a page's scripts and styles stand: once for a folder, or all of it in the page."""

import gzip
import hashlib
import json
import re
from base64 import b64decode, b64encode

import nbformat.v4 as nbf
import pytest

from lablib import sampling as sp
from lablib import tokenization as tk
from lablib.pages.front_door import Entry
from lablib.pages.places import Beside, Folder, compressed
from lablib.pages.site import Site
from lablib.widgets.page import as_base64, page_state
from lablib.widgets.panel import parts_of
from lablib.widgets.strip import TokenStrip

WIDGET = "application/vnd.jupyter.widget-view+json"


def lab(*widgets):
    """A notebook whose one cell shows these widgets, and the states of all that is in them."""
    outputs = [nbf.new_output("display_data", {WIDGET: {"model_id": w.model_id}}) for w in widgets]
    every = [*widgets, *(part for w in widgets for _, part in parts_of(w))]
    states = {w.model_id: page_state(w) | {"needs_kernel": False} for w in every}
    book = nbf.new_notebook(cells=[nbf.new_code_cell("", outputs=outputs)])
    return book, json.loads(json.dumps(states, default=as_base64))


def written(site, folder, name, *widgets):
    """The page of a lab that shows these widgets."""
    site.write_lab(name, *lab(*widgets))
    return (folder / f"{name}.html").read_text(encoding="utf-8")


def scripts_in(page):
    """The scripts that stand in a page, data aside."""
    found = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    return [code for tag, code in found if "application/json" not in tag and code]


def policy(page, directive):
    """What a directive of a page's policy allows."""
    text = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    return re.search(rf"{directive} ([^;]*)", text)[1].split()


def test_what_two_pages_share_stands_beside_them_once(tmp_path):
    site = Site(tmp_path)
    strips = [TokenStrip(tokens=[{"text": text}]) for text in "ab"]
    pages = [written(site, tmp_path, text, strip) for text, strip in zip("ab", strips, strict=True)]
    views, style = ((tmp_path / name).read_text() for name in ("views.js", "style.css"))
    assert views.count("class Strip {") == 1 and style.count(strips[0]._css) == 1
    for page in pages:
        assert scripts_in(page) == [] and "<style" not in page and "class Strip {" not in page
        links = re.findall(r'(?:src|href)="([\w.]+\.(?:js|css))"', page)
        assert {"style.css", "theme.js", "views.js", "page.js"} == set(links)
        assert all((tmp_path / link).exists() for link in links)
        assert policy(page, "script-src") == ["'self'", "blob:"]


def test_only_a_page_with_a_plot_loads_the_script_of_plots(tmp_path):
    from lablib.widgets.plot import Plot

    site = Site(tmp_path)
    plot = Plot([{"y": [1, 2]}], 200)
    page = written(site, tmp_path, "plot", plot)
    assert 'src="plotly.js"' in page and len(page) < 20_000
    assert 'src="plotly.js"' not in written(site, tmp_path, "none", TokenStrip())
    (packed,) = re.findall(r'= \{"gzip":"([^"]*)"\};', (tmp_path / "plotly.js").read_text())
    script = plot.page_state()["_plotly"]
    assert gzip.decompress(b64decode(packed)).decode() == script
    assert len(packed) < len(script) / 2


def test_a_single_page_runs_its_own_scripts_alone(tmp_path):
    page = written(Site(tmp_path, single=True), tmp_path, "one", TokenStrip())
    digests = [hashlib.sha256(code.encode()).digest() for code in scripts_in(page)]
    hashes = [f"'sha256-{b64encode(digest).decode()}'" for digest in digests]
    assert len(hashes) == 2
    assert policy(page, "script-src") == [*hashes, "blob:"]
    assert re.findall(r'(?:src|href)="([\w.]+\.(?:js|css))"', page) == []
    assert [path.name for path in tmp_path.iterdir()] == ["one.html"]


@pytest.mark.parametrize(
    ("make", "files"),
    [
        (lambda: sp.knob_panel("Once", "pocket-gpt2"), ["weights.js"]),
        (lambda: tk.token_panel("Once", "gpt2"), ["tokenizers.js"]),
        (TokenStrip, []),
    ],
)
def test_a_single_page_holds_the_models_of_its_panels_and_offers_no_others(tmp_path, make, files):
    panel = make()
    page = written(Site(tmp_path, single=True), tmp_path, "one", panel)
    assert re.findall(r'data-script="([\w.-]+)"', page) == files
    if files:
        assert panel.wait(120)
        live = json.loads(re.search(r'id="live">(.*?)</script>', page, re.DOTALL)[1])
        assert {about["script"] for about in live["carried"].values()} == set(files)
        model = json.loads(re.search(r'data-script="[\w.-]+">(.*?)</script>', page, re.DOTALL)[1])
        assert set(model) == set(live["carried"])


def test_the_index_of_single_pages_can_write(tmp_path):
    site = Site(tmp_path, single=True)
    site.write_index([Entry("a", "A")], tmp_path)
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'data-script="([\w.-]+)"', text) == ["weights.js"]


def test_what_is_kept_is_named_by_what_it_is(tmp_path):
    one, two = (Beside(Folder(tmp_path)) for _ in range(2))
    assert one.keep({"a": 1}, "a.js") == two.keep({"a": 1}, "a.js") != one.keep({"a": 2}, "a.js")


def test_a_text_is_compressed_the_same_each_time():
    assert compressed.__wrapped__("naïve " * 99) == compressed.__wrapped__("naïve " * 99)
