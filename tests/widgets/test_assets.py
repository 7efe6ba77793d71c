"""Files that import each other, made one text: what runs, and what is refused."""

import json
import re
import subprocess

import anywidget
import pytest

from lablib.widgets.assets import STATIC, bundle, source
from tests.conftest import ROOT
from tests.scripts import NODE, need_node

ENTRIES = {
    path
    for file in (ROOT / "lablib").rglob("*.py")
    for folder, name in re.findall(r'(STATIC|_HERE) / "([\w.]+)"\)', file.read_text())
    for path in [
        *(ROOT / "lablib").rglob(f"static/{name}"),
        *(ROOT / "lablib").rglob(f"views/{name}"),
    ]
}


@pytest.fixture
def folder(tmp_path):
    """Writes files, and gives the path of the first."""

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / next(iter(files)).replace("_", ".")

    return write


def run(script):
    """What a script writes with console.log, as JSON."""
    need_node()
    command = [NODE, "--input-type=module", "-"]
    log = "const console = { log: (x) => process.stdout.write(`${JSON.stringify(x)}\\n`) };\n"
    done = subprocess.run(command, input=(log + script).encode(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_file_is_run_once_before_what_needs_it(folder):
    entry = folder(
        a_js='import { b } from "./b.js";\nimport { c } from "./in/c.js";\nconsole.log(b + c);\n',
        b_js='import { c } from "./in/c.js";\nexport const b = 10 * c;\nconsole.log(1);\n',
        in__c_js='import { d as e } from "../d.js";\nexport const c = e;\nconsole.log(0);\n',
        d_js="export const d = 2;\n",
    )
    assert run(bundle(entry)) == [0, 1, 22]


def test_the_same_name_in_two_files_is_two_things(folder):
    entry = folder(
        a_js='import { b } from "./b.js";\nconst own = "a";\nconsole.log([own, b()]);\n',
        b_js='import { own as theirs } from "./c.js";\nconst own = "b";\n'
        "export function b() {\n  return own + theirs;\n}\n",
        c_js='export const own = "c";\nconst b = 1;\n',
    )
    assert run(bundle(entry)) == [["a", "bc"]]


def test_two_files_of_one_name_in_two_folders(folder):
    entry = folder(
        a_js='import { x } from "./in/a.js";\nconsole.log(x);\n',
        in__a_js='import { y } from "../also/a.js";\nexport const x = y + 1;\n',
        also__a_js="export const y = 1;\n",
    )
    assert run(bundle(entry)) == [2]


FORMS = """
// import { nothing } from "./nowhere.js";
/*
import { nothing } from "./nowhere.js";
export default 1;
*/
const quote = /[`'"]/u; // it's no text that begins here: `
export function f() { return `
import { nothing } from "./nowhere.js";
export const nothing = ${1 + 1};`; }
export async function g() {}
export function* h() { yield 3; }
export class K { static import = 4; }
export const $x_1 = 5;
"""


def test_every_form_of_export_and_what_only_looks_like_one(folder):
    entry = folder(
        a_js='import {\n  f, g,\n  h, K, $x_1,\n} from "./b.js";\n'
        "console.log([f().split(/\\s+/).at(-1), typeof g, [...h()][0], K.import, $x_1]);\n",
        b_js=FORMS,
    )
    assert run(bundle(entry)) == [["2;", "function", 3, 4, 5]]


def test_the_entry_keeps_what_it_exports(folder):
    entry = folder(
        a_js='import { x } from "./b.js";\nexport const y = x;\nexport default { y };\n',
        b_js="export const x = 1;\n",
    )
    script = bundle(entry)
    assert script.endswith("export const y = x;\nexport default { y };\n")
    assert "import" not in script and script.count("export") == 2


def test_a_style_sheet_has_what_it_imports_first_and_once(folder):
    entry = folder(
        a_css='/* a */\n@import "./b.css";\n@import "./in/c.css";\n.a {}\n',
        b_css='@import "./in/c.css";\n.b {}\n',
        in__c_css="/*\n@import 'no.css';\n*/\n.c {}\n",
    )
    assert re.findall(r"\.\w \{\}", bundle(entry)) == [".c {}", ".b {}", ".a {}"]


REFUSED = {
    "a file that is not there": (
        {"a_js": 'import { b } from "./c.js";\n'},
        r"There is no file .*c\.js, which a\.js imports",
    ),
    "a style that is not there": ({"a_css": '@import "./c.css";\n'}, "which a.css imports"),
    "a circle": (
        {
            "a_js": 'import { b } from "./b.js";\n',
            "b_js": 'import { c } from "./c.js";\nexport const b = c;\n',
            "c_js": 'import { b } from "./b.js";\nexport const c = b;\n',
        },
        r"b\.js → c\.js → b\.js: these files import each other in a circle",
    ),
    "a file that imports itself": (
        {"a_js": 'import { a } from "./a.js";\n'},
        r"a\.js → a\.js: these files",
    ),
    "a name that is not exported": (
        {
            "a_js": 'import { own } from "./b.js";\n',
            "b_js": "export const z = 1;\nexport const b = 1;\nconst own = 2;\n",
        },
        r"a\.js imports own from \./b\.js, which exports b, z\.",
    ),
    "a file that exports nothing": (
        {"a_js": 'import { b } from "./b.js";\n', "b_js": "const b = 1;\n"},
        "which exports nothing",
    ),
} | {
    form: ({"a_js": f"// A view.\n\n{form}\n", "b_js": "export const b = 1;\n"}, r"a\.js, line 3, ")
    for form in (
        'import b from "./b.js";',
        'import * as b from "./b.js";',
        'import "./b.js";',
        'import { b } from "b";',
        'import { b } from "https://example.org/b.js";',
        "import { b } from './b.js'",
        'import { b, default as c } from "./b.js"',
    )
}
REFUSED |= {
    form: ({"a_js": 'import { b } from "./b.js";\n', "b_js": f"\n{form}\n"}, r"b\.js, line 2, ")
    for form in (
        "export default 1;",
        "export { b };",
        "export let b = 1;",
        'export * from "./c.js";',
        "export const { b } = { b: 1 };",
    )
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_joined_is_said(folder, case):
    files, words = REFUSED[case]
    with pytest.raises(ValueError, match=words):
        bundle(folder(**files))


def test_an_entry_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match=r"There is no file .*none\.js\.$"):
        bundle(tmp_path / "none.js")


@pytest.mark.parametrize("entry", sorted(ENTRIES), ids=lambda path: path.name)
def test_every_script_and_style_of_ours_is_whole(entry):
    """It loads nothing from anywhere, and can stand in a page."""
    text = bundle(entry)
    assert not re.search(r"^\s*@?import\b(?!\()", text, re.MULTILINE)
    assert "</" not in text
    assert len(ENTRIES) > 30


SET_BY_SCRIPTS = {"--lab-strip-height", "--lab-scale", "--lab-plot-height"}
STYLES = [path for path in ENTRIES if path.suffix == ".css" and "--lab-" in bundle(path)]


@pytest.mark.parametrize("entry", sorted(STYLES), ids=lambda path: path.name)
def test_what_a_view_takes_from_the_theme_stands_in_one_place(entry):
    """Colours and letters have names of ours, which `theme.css` gives them, once in a bundle."""
    text = bundle(entry)
    theme = bundle(STATIC / "theme.css")
    own = text.replace(theme, "")
    assert "--jp-" in theme and "--jp-" not in own
    named = set(re.findall(r"^  (--lab-[\w-]+):", text, re.MULTILINE)) | SET_BY_SCRIPTS
    assert set(re.findall(r"var\((--lab-[\w-]+)", text)) <= named


def test_a_changed_file_is_seen_without_a_new_kernel(folder, monkeypatch):
    entry = folder(a_js='import { b } from "./b.js";\n', b_js="export const b = 1;\n")
    monkeypatch.setenv("ANYWIDGET_HMR", "1")

    class View(anywidget.AnyWidget):
        _esm = source(entry)

    first = View()
    assert "b = 1" in first.get_state()["_esm"]
    folder(b_js="export const b = 2;\n")
    second = View()
    assert "b = 2" in second.get_state()["_esm"] and "b = 2" in first.get_state()["_esm"]


def test_a_learners_kernel_reads_a_file_once(folder, monkeypatch):
    entry = folder(a_js="export default 1;\n")
    monkeypatch.delenv("ANYWIDGET_HMR", raising=False)
    assert type(source(entry)) is str
