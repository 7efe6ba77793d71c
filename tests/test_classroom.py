"""What is handed to teachers to run a hub with: it parses, and keeps learners apart."""

import asyncio
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import psutil
import pytest
import yaml
from jupyter_client.manager import KernelManager
from traitlets.config import Config

from lablib import warm
from lablib.models import pinned
from tests.conftest import ROOT

CLASSROOM = ROOT / "classroom"
SHARED = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
SOCKET = 107
"""Letters that the path of a socket may have, on Linux."""
OF_A_KERNEL = "/kernel-01234567-89ab-cdef-0123-456789abcdef-ipc-5"


def configured(name):
    """What a configuration file of JupyterHub sets, in Python."""
    config = Config()
    config.Spawner.environment = {}
    code = compile((CLASSROOM / name).read_text(encoding="utf-8"), CLASSROOM / name, "exec")
    exec(code, {"get_config": lambda: config, "__file__": str(CLASSROOM / name)})
    return config


def parsed(name):
    return yaml.safe_load((CLASSROOM / name).read_text(encoding="utf-8"))


@pytest.fixture(params=["jupyterhub_config.py", "tljh_labs.py"])
def hub(request, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_PASSWORD", "a few words")
    monkeypatch.setenv("LAB_FOLDER", str(tmp_path / "class"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return configured(request.param)


def test_a_hub_shares_the_models_and_speaks_to_kernels_over_files(hub):
    environment, options = hub.Spawner.environment, hub.Spawner.args
    assert SHARED.items() <= environment.items() and environment["HF_HOME"].endswith("/models")
    assert "--KernelManager.transport=ipc" in options
    assert "--MappingKernelManager.cull_idle_timeout=3600" in options


def test_the_path_of_a_kernels_socket_is_short_enough(hub, tmp_path):
    runtime = hub.Spawner.environment["JUPYTER_RUNTIME_DIR"]
    if callable(runtime):
        runtime = runtime(SimpleNamespace(user=SimpleNamespace(id=99_999, name="a" * 31)))
    assert len(runtime.replace(str(tmp_path), "/tmp") + OF_A_KERNEL) <= SOCKET


@pytest.mark.skipif(sys.platform != "linux", reason="only there a warm process is copied")
def test_a_class_has_one_process_that_kernels_are_copies_of(tmp_path, monkeypatch):
    """It imports with what the learners' kernels would have had, and lies where they look."""
    monkeypatch.setenv("LAB_PASSWORD", "a few words")
    monkeypatch.setenv("LAB_FOLDER", str(tmp_path / "class"))
    config = configured("jupyterhub_config.py")
    [service] = config.JupyterHub.services
    learners = config.Spawner.environment
    assert service["command"][:3] == [sys.executable, "-m", warm.__name__]
    assert service["command"][3] == learners["JUPYTER_PATH"]
    assert SHARED.items() <= service["environment"].items() <= learners.items()
    assert len(learners["JUPYTER_PATH"] + "/socket") <= SOCKET


def test_a_learner_is_handed_the_labs_and_keeps_what_they_wrote(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_PASSWORD", "a few words")
    monkeypatch.setenv("LAB_FOLDER", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spawner = configured("jupyterhub_config.py").Spawner
    homes = [tmp_path / "homes" / name for name in ("ann", "bea")]
    labs = [home / spawner.default_url.removeprefix("/lab/tree/") for home in homes]
    for home in homes:
        asyncio.run(spawner.pre_spawn_hook(SimpleNamespace(user=SimpleNamespace(name=home.name))))
    labs[0].write_text("mine")
    asyncio.run(spawner.pre_spawn_hook(SimpleNamespace(user=SimpleNamespace(name="ann"))))
    assert labs[0].read_text() == "mine"
    assert labs[1].read_bytes() == (ROOT / "labs/00_start_here.ipynb").read_bytes()


def test_tljh_limits_memory_and_culls():
    file = parsed("tljh_config.yaml")
    assert file["limits"] == {"memory": "2G", "cpu": 2} and file["services"]["cull"]["enabled"]


def test_on_kubernetes_everybody_has_limits_and_what_is_shared_is_read_only():
    file = parsed("zero_to_jupyterhub.yaml")
    learner = file["singleuser"]
    memory = learner["memory"]
    assert 0.5 <= float(memory["guarantee"][:-1]) <= float(memory["limit"][:-1])
    assert learner["cpu"]["guarantee"] <= learner["cpu"]["limit"] and file["cull"]["enabled"]
    assert SHARED.items() <= learner["extraEnv"].items()
    storage = learner["storage"]
    volumes = {one["name"]: one["persistentVolumeClaim"] for one in storage["extraVolumes"]}
    mounts = {one["mountPath"]: one for one in storage["extraVolumeMounts"]}
    models = mounts[learner["extraEnv"]["HF_HOME"]]
    assert models["readOnly"] and volumes[models["name"]]["readOnly"]
    assert not any(learner["networkPolicy"]["egressAllowRules"].values())
    kernels = learner["extraFiles"]["jupyter_server_config"]["data"]
    assert kernels["KernelManager"]["transport"] == "ipc"


def test_on_kubernetes_the_labs_come_from_the_image_into_the_home_that_is_kept():
    learner = parsed("zero_to_jupyterhub.yaml")["singleuser"]
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert learner["storage"]["homeMountPath"] == "/home/learner"
    assert "useradd --create-home learner" in dockerfile and "ARG MORE" in dockerfile
    folder = learner["defaultUrl"].split("/")[3]
    assert f'lablab "$HOME/{folder}" --copy-only' in learner["cmd"][2]
    assert (ROOT / learner["defaultUrl"].split(f"/{folder}/")[1]).exists()


def test_what_is_said_of_the_files_is_there():
    """TEACHING names each of them, and the module that fills the models' folder."""
    said = (ROOT / "labs/TEACHING.md").read_text(encoding="utf-8")
    for file in CLASSROOM.iterdir():
        if file.is_file():
            assert f"classroom/{file.name}" in said, file.name
    assert f"-m {pinned.__name__}" in said and "MORE=jupyterhub" in said


@pytest.mark.process
@pytest.mark.skipif(os.name == "nt", reason="needs sockets that are files")
def test_a_kernel_over_files_answers_and_its_channels_are_no_ports():
    """One is left: the output of child processes comes over it, with a key that nobody else has."""
    with TemporaryDirectory(prefix="labs-") as short:
        manager = KernelManager(transport="ipc", connection_file=f"{short}/kernel.json")
        manager.start_kernel()
        client = manager.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=120)
            asked = client.execute_interactive("6 * 7", output_hook=lambda _: None, timeout=120)
            assert asked["content"]["status"] == "ok"
            assert len(list(Path(short).glob("kernel-ipc-*"))) == 5
            assert len(psutil.Process(manager.provisioner.pid).net_connections("inet")) <= 1
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
