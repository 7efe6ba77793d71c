"""The pages of the tests share a window, and what is compiled in it; nothing else."""

from tests.conftest import forget

LEAVE = "document.cookie = 'left=1'; localStorage.left = 1; sessionStorage.left = 1"
LEFT = "[document.cookie.includes('left'), localStorage.length, sessionStorage.length]"
CLIPBOARD = "navigator.permissions.query({ name: 'clipboard-read' }).then((it) => it.state)"


def test_a_page_finds_nothing_of_the_page_before(window, lab_server):
    address = f"{lab_server[0]}/api/status"
    before = window.new_page()
    before.goto(address)
    window.grant_permissions(["clipboard-read"])
    before.evaluate(LEAVE)
    assert before.evaluate(LEFT) == [True, 1, 1]
    assert before.evaluate(CLIPBOARD) == "granted"
    forget(before)
    before.close()

    page = window.new_page()
    page.goto(address)
    assert page.evaluate(LEFT) == [False, 0, 0]
    assert page.evaluate(CLIPBOARD) != "granted"
    page.close()


def test_a_page_from_the_disk_finds_nothing_of_the_page_before(disk, tmp_path):
    (tmp_path / "page.html").write_text("<p>A page.", encoding="utf-8")
    for _ in range(2):
        page = disk.new_page()
        page.goto((tmp_path / "page.html").as_uri())
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        page.evaluate("localStorage.left = 1; sessionStorage.left = 1")
        forget(page)
        page.close()
