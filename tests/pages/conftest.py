"""What the tests of the pages share: the pocket models in Node and as the library computes them."""

import random
from codecs import BOM_UTF16
from contextlib import ExitStack

import pytest

from lablib import models
from lablib.models.entries import local_folder
from lablib.pages.scripts import write_scripts
from lablib.pages.weights import weights_script
from tests.hard_strings import hard_texts
from tests.scripts import script

POCKET = ("pocket-gpt2", "pocket-bert")

STORY = """The cat sat on the mat, and the old man who lived by the sea told his daughter that there
had been a ship once. "Where did it go?" she asked. In 1843 the house was sold for 1,200 pounds;
nobody knew why. Naïve café — 東京 is far away, \U0001f642 and so is Москва. She had not seen him
for many years, and when the door opened she did not know what to say to the man who stood there."""


@pytest.fixture(scope="session")
def engine():
    """Calls the engine in Node, where `models[name]` is a pocket model."""
    with script("tests/pages/parts.js") as ask:
        names = (*POCKET, "pocket-t5")
        ask("void (0, eval)(a[0])", weights_script({name: local_folder(name) for name in names}))
        ask("void (globalThis.models = {})")
        for name in names:
            ask("m.openModel(labModels[a[0]]).then((one) => void (models[a[0]] = one))", name)
        yield ask


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """Calls the stand-ins in Node, with all models that pages carry."""
    with script("tests/pages/live_parts.js") as ask:
        for path in write_scripts(tmp_path_factory.mktemp("scripts")):
            ask("void (0, eval)(a[0])", read_script(path))
        ask("m.open()")
        yield ask


def read_script(path):
    """A script from its file, as a browser reads it."""
    data = path.read_bytes()
    return data.decode("utf-16" if data.startswith(BOM_UTF16) else "utf-8")


@pytest.fixture(scope="module")
def script_of():
    """Gives a function that calls a script of the engine by its name (`tests.scripts.script`)."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(script(f"lablib/pages/engine/{name}.js"))


@pytest.fixture(scope="session", params=POCKET)
def pocket(request):
    """A pocket model as the library computes it, in the steps whose weights can be looked at."""
    return models.load(request.param, device="cpu", attention="eager")


@pytest.fixture(scope="session")
def few(pytestconfig):
    """Gives how many to try of so many: a tenth in the fast loop."""
    return lambda count: count // 10 if pytestconfig.getoption("fast") else count


@pytest.fixture(scope="session")
def rows(pocket):
    """Gives the ids of so many texts: pieces of a story, and every other time a hard string."""
    rng = random.Random(0)

    def make(count):
        hard = iter(hard_texts(count))
        texts = [next(hard) if i % 2 else STORY[rng.randrange(300) :][:120] for i in range(count)]
        return [pocket.tokenizer.encode(text)[: rng.randint(1, 40)] for text in texts]

    return make


PROMPTS = [STORY[start : start + 40] for start in range(0, 300, 15)]
"""Twenty beginnings of a text."""
