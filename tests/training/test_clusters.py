"""The files for clusters: what they start is a run, on machines that are processes of this one."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from accelerate.commands.launch import launch_command_parser

from lablib.training import folders
from lablib.training.config import Config, write_config
from lablib.training.engine import fit, setup
from tests.conftest import ROOT

CLUSTERS = ROOT / "clusters"
TEXT = "The lamp is lit at dusk.\n\nAnd put out at dawn. The keeper sleeps by day.\n\n" * 30
SCONTROL = "#!/bin/sh\necho 127.0.0.1\necho 127.0.0.2\n"
SRUN = """#!/bin/sh
[ "$1" = --kill-on-bad-exit=1 ] && shift
SLURM_NODEID=0 "$@" & first=$!
SLURM_NODEID=1 "$@" & second=$!
wait $first || { kill $second; exit 1; }
wait $second
"""
"""A cluster of two machines, which are both this one."""


@pytest.fixture
def slurm(tmp_path):
    """What `sbatch` would run the script with."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, script in (("scontrol", SCONTROL), ("srun", SRUN)):
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "ACCELERATE": str(Path(sys.executable).with_name("accelerate")),
        "SLURM_NNODES": "2",
        "SLURM_JOB_NODELIST": "node[1-2]",
        "SLURM_JOB_ID": str(os.getpid()),
        "OMP_NUM_THREADS": "1",
    }


@pytest.mark.process
def test_two_machines_of_slurm_learn_what_one_process_learns(gpt2, tmp_path, slurm):
    config = Config(
        gpt2, TEXT, steps=4, batch=4, length=32, precision="fp32", device="cpu", evaluate_every=2
    )
    write_config(config, tmp_path / "config.toml")
    command = ["bash", str(CLUSTERS / "train.slurm"), "config.toml", "run"]
    done = subprocess.run(
        command, cwd=tmp_path, env=slurm, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr[-3000:]
    history, one = folders.History(tmp_path / "run").read(), list(fit(setup(config)))
    assert [record.step for record in history] == [0, 1, 2, 3, 4]
    assert [record.loss for record in history[1:]] == pytest.approx(
        [record.loss for record in one[1:]], rel=1e-5
    )
    assert (tmp_path / "run" / "model" / "model.safetensors").is_file()


def test_the_job_of_kubernetes_starts_as_many_machines_as_it_says():
    service, job = yaml.safe_load_all((CLUSTERS / "train.yaml").read_text())
    pods, name = job["spec"]["template"]["spec"], job["metadata"]["name"]
    (container,) = pods["containers"]
    told = {one["name"]: one["value"] for one in container["env"]}
    (line,) = container["args"]
    for variable, value in (told | {"JOB_COMPLETION_INDEX": "1"}).items():
        line = line.replace(f'"${variable}"', value)
    words = shlex.split(line)[3:]
    asked = launch_command_parser().parse_args(words)
    gpus = container["resources"]["limits"]["nvidia.com/gpu"]
    assert job["spec"]["completions"] == job["spec"]["parallelism"] == asked.num_machines == 2
    assert asked.num_processes == asked.num_machines * gpus
    assert asked.machine_rank == 1 and asked.main_process_ip == f"{name}-0.{pods['subdomain']}"
    assert pods["subdomain"] == service["metadata"]["name"]
    assert service["spec"]["selector"] == {"job-name": name}
    assert asked.training_script == "lablib.finetuning"
    assert asked.training_script_args == [told["CONFIG"], "--folder", told["FOLDER"]]
