"""What conda and Binder install and start, without either: files, Dockerfile and scripts."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import venv
from pathlib import Path

import pytest

from lablib.models import pinned
from tests.browser.conftest import free_port, wait_for
from tests.conftest import ROOT
from tests.models.conftest import Hub, hub, save_bert, save_gpt2  # noqa: F401
from tests.test_project import PROJECT, canonical, locked

FIRST_LAB = "/lab/tree/labs/00_start_here.ipynb"


def packages(path):
    """The pinned packages of an environment file: name and version."""
    pins = re.findall(r"^ +- ([\w.-]+)={1,2}([\w.+]+)$", (ROOT / path).read_text(), flags=re.M)
    return {canonical(name): version for name, version in pins}


def names(requirements):
    return {canonical(re.match(r"[\w.-]+", line).group()) for line in requirements}


@pytest.mark.parametrize("path", ["environment.yml", "binder/environment.yml"])
def test_an_environment_has_what_the_project_needs_at_the_locked_versions(path):
    found = packages(path)
    extras = PROJECT["optional-dependencies"]
    wanted = names([*PROJECT["dependencies"], *extras["minilm"], *extras["app"]])
    assert found.pop("python") == "3.12"
    assert wanted - set(found) == set()
    assert {name: locked()[name] for name in found} == {
        name: version.removesuffix("+cpu") for name, version in found.items()
    }


def test_binder_differs_in_torch_alone():
    here, there = packages("environment.yml"), packages("binder/environment.yml")
    assert here | {"torch": f"{here['torch']}+cpu"} == there
    assert "- -e ." in (ROOT / "environment.yml").read_text()


@pytest.mark.process
def test_binder_builds_from_these_files(tmp_path):
    """repo2docker reads the repository and says what it would build; no Docker is needed."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "--user-id=1000"]
    result = subprocess.run(
        [*command, "--user-name=jovyan", str(ROOT)], capture_output=True, text=True, cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    steps = [
        "environment.py-3.12",
        'env update -p ${NB_PYTHON_PREFIX} --file "binder/environment.yml"',
        "RUN ./binder/postBuild",
        'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"',
    ]
    dockerfile = re.sub(r"-2d", "-", re.sub(r"-2e", ".", result.stderr + result.stdout))
    places = [dockerfile.find(step) for step in steps]
    assert -1 not in places and places == sorted(places), places


@pytest.fixture
def image(tmp_path):
    """What Binder has when `postBuild` runs: a copy of the repository, and an environment.

    The packages are those of the tests; what the scripts add goes into the new environment.
    """
    repository = tmp_path / "repository"
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    for file in files:
        if (ROOT / file).is_file():
            (repository / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, repository / file)
    venv.create(tmp_path / "env")  # pip is among the other packages
    site = next((tmp_path / "env/lib").glob("python*/site-packages"))
    ours = [path for path in sys.path if path.endswith("site-packages")]
    (site / "tests.pth").write_text("\n".join(ours))
    return repository


@pytest.fixture
def environment(tmp_path, hub):  # noqa: F811
    """The environment variables of the build, with the stand-in for the hub."""
    hub.models = {"gpt2": save_gpt2(tmp_path / "g"), "bert-base-uncased": save_bert(tmp_path / "b")}
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return ours | {
        "PATH": f"{tmp_path / 'env/bin'}:{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "HF_HOME": str(tmp_path / "home/hub"),
        "HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}",
    }


DEFAULTS = """
import os
from lablib import models
from transformers import AutoTokenizer
print(models.load(kind="causal").why)
print(models.load(kind="masked").why)
print(models.__file__, len(AutoTokenizer.from_pretrained("gpt2")))
print(os.environ["MALLOC_ARENA_MAX"])
"""


@pytest.mark.process
def test_the_image_is_built_and_starts_without_a_network(tmp_path, image, environment, hub):  # noqa: F811
    build = subprocess.run(
        ["binder/postBuild"], cwd=image, env=environment, capture_output=True, text=True
    )
    assert build.returncode == 0, build.stderr
    assert {line.split(":")[0] for line in build.stdout.splitlines()} >= set(pinned.REVISIONS)
    assert all(
        any(f"/{name}/resolve/{revision}/model.safetensors" in line for line in hub.asked)
        for name, revision in pinned.REVISIONS.items()
    )

    offline = environment | {"HF_ENDPOINT": "http://127.0.0.1:9"}
    start = [str(image / "binder/start"), "python", "-c", DEFAULTS]
    found = subprocess.run(start, cwd=tmp_path, env=offline, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    gpt2, bert, package, heaps = found.stdout.splitlines()
    assert heaps == "1"
    assert gpt2.startswith("gpt2 is the first choice here")
    assert bert.startswith("bert-base-uncased is the first choice here")
    assert package.startswith(str(image / "lablib"))

    jupyter = tmp_path / "env/etc/jupyter/jupyter_server_config.json"
    assert jupyter.read_text() == (ROOT / "binder/jupyter_server_config.json").read_text()
    settings = json.loads((tmp_path / "env/share/jupyter/lab/settings/overrides.json").read_text())
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


@pytest.mark.process
@pytest.mark.parametrize("command", ["notebook", "lab"])
def test_the_server_opens_on_the_first_lab(tmp_path, command):
    """Binder starts `jupyter notebook`, a hub starts `jupyter lab`: both lead to lab 00."""
    shutil.copy(ROOT / "binder/jupyter_server_config.json", tmp_path)
    port = free_port()
    options = "--no-browser --ip=127.0.0.1 --allow-root --IdentityProvider.token="
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", command, *options.split(), f"--port={port}"],
        cwd=ROOT, stderr=subprocess.DEVNULL,
        env=os.environ | {"JUPYTER_CONFIG_DIR": str(tmp_path), "HOME": str(tmp_path)},
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/api/status", server)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
            assert page.url.endswith(FIRST_LAB)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def test_the_badge_opens_the_first_lab():
    assert f"HEAD?urlpath={FIRST_LAB.removeprefix('/')}" in (ROOT / "README.md").read_text()
    assert Path(ROOT / FIRST_LAB.removeprefix("/lab/tree/")).is_file()
