"""The workflows: what they run is there, with pinned actions and without secrets."""

import re

import yaml

from tests.conftest import ROOT

WORKFLOWS = [*(ROOT / ".github/workflows").glob("*.yml")]
TARGETS = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M)


def steps():
    books = [yaml.safe_load(path.read_text()) for path in WORKFLOWS]
    return [step for book in books for job in book["jobs"].values() for step in job["steps"]]


def test_every_action_is_pinned_to_a_commit():
    used = [step["uses"] for step in steps() if "uses" in step]
    assert used and [one for one in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", one)] == []


def test_no_secret_is_used_and_nothing_may_be_written():
    for path in WORKFLOWS:
        assert "secrets" not in path.read_text()
        assert yaml.safe_load(path.read_text())["permissions"] == {"contents": "read"}


def test_linux_runs_everything_and_the_others_what_is_fast():
    said = [step["run"] for step in steps() if "run" in step]
    assert ".ci/run" in said and "make PYTHON=python check" in said
    assert "make PYTHON=python test ARGS=--fast" in said  # with panels and pages
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
    assert "check" in TARGETS and "test" in TARGETS


def test_only_the_job_that_publishes_may_write_and_it_runs_nothing_of_ours():
    books = [yaml.safe_load(path.read_text()) for path in WORKFLOWS]
    may = [job for book in books for job in book["jobs"].values() if "permissions" in job]
    assert [job["permissions"] for job in may] == [{"pages": "write", "id-token": "write"}]
    assert [step["uses"].partition("@")[0] for job in may for step in job["steps"]] == [
        "actions/deploy-pages"
    ]


def test_the_pages_are_made_with_the_repository_they_lead_on_to():
    said = [step["run"] for step in steps() if "run" in step]
    assert 'make pages ARGS="--repository $GITHUB_REPOSITORY"' in said and "pages" in TARGETS
    kept = [step["with"]["path"] for step in steps() if "upload-pages" in step.get("uses", "")]
    assert kept == ["pages"]  # where the Makefile has them written
