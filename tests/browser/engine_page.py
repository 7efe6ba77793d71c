"""A page that carries the engine and both pocket models, for the tests and for `make bench`."""

from lablib.models.entries import local_folder
from lablib.pages.document import page
from lablib.pages.engine import worker_source
from lablib.pages.weights import weights_script
from lablib.widgets.assets import bundle
from lablib.widgets.html import script_json
from tests.conftest import ROOT

GREEDY = "{ temperature: 0, top_k: 0, top_p: 1, min_p: 0, typical_p: 1, repetition_penalty: 1 }"


def engine_page() -> str:
    """The page; its `engine` is ready once it is there."""
    folders = {name: local_folder(name) for name in ("pocket-gpt2", "pocket-bert")}
    scripts = {
        "weights.js": weights_script(folders),
        "source.js": f"globalThis.source = {script_json(worker_source())};",
        "engine_page.js": bundle(ROOT / "tests/browser/engine_page.js"),
    }
    return page("Engine", "<main><h1>Engine</h1></main>", scripts=scripts)
