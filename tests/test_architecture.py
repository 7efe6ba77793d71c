"""The picture of the plan is what the imports say."""

from tests.architecture import PAGE, between, drawn, filled, imports, room


def test_the_page_shows_what_the_imports_say():
    """After a change of imports, `make architecture` draws it anew."""
    text, pictures = PAGE.read_text(encoding="utf-8"), drawn()
    assert text.count("<!-- drawn:") == len(pictures)
    assert filled(text, pictures) == text


def test_every_way_of_importing_is_seen(tmp_path):
    files = {
        "__init__.py": "",
        "a/__init__.py": "from house import b",
        "a/one.py": "def f():\n    from house.c import two",
        "b/__init__.py": "import house.c.two, json",
        "c/__init__.py": "",
        "c/two.py": "from house.c import gone",
    }
    for name, text in files.items():
        path = tmp_path / "house" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = imports(tmp_path / "house")
    assert found == {
        ("house.a", "house.b"),
        ("house.a.one", "house.c.two"),
        ("house.b", "house.c.two"),
        ("house.c.two", "house.c"),
    }
    assert between(found, room) == {("a", "b"), ("a", "c"), ("b", "c")}
