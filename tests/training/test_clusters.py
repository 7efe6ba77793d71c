"""The files for clusters: what they start is a run, on machines that are processes of this one."""

import os
import shlex
import shutil
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
SCONTROL = "#!/bin/sh\necho ${FIRST:-127.0.0.1}\necho 127.0.0.2\n"
SRUN = """#!/bin/sh
[ "$1" = --kill-on-bad-exit=1 ] && shift
SLURM_NODEID=0 "$@" & first=$!
SLURM_NODEID=1 $ELSEWHERE "$@" & second=$!
wait $first || { kill $second; exit 1; }
wait $second
"""
"""A cluster of two machines, which are both this one."""
APART = """set -e
unshare --net sleep 1000 & other=$!
trap 'kill $other' EXIT
until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.1; done
export ELSEWHERE="nsenter --net=/proc/$other/ns/net" FIRST=10.77.0.1 GLOO_SOCKET_IFNAME=eth0
ip link add eth0 type veth peer name eth0 netns $other
join() {
  address=$1; shift
  "$@" ip address add $address/24 dev eth0
  "$@" ip link set eth0 up
  "$@" ip link set lo up
}
join $FIRST
join 10.77.0.2 $ELSEWHERE
"$@"
"""
"""Two networks of their own, each with one end of a cable; the command is run in the first."""


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


@pytest.fixture(params=["one network", "two networks"])
def network(request, tmp_path):
    """What a command is run by, so that the machines have one network or each its own."""
    if request.param == "one network":
        return []
    (tmp_path / "apart").write_text(APART)
    apart = ["unshare", "--map-root-user", "--net", "bash", str(tmp_path / "apart")]
    if not (shutil.which("unshare") and shutil.which("ip")):
        pytest.skip("unshare or ip is missing, with which networks are made")
    tried = subprocess.run([*apart, "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"no networks of their own can be made here: {tried.stderr.strip()}")
    return apart


def launcher(python, folder):
    """The path of Accelerate's command, run by this Python."""
    program = folder / "accelerate"
    program.write_text(f'#!/bin/sh\nexec "{python}" -m accelerate.commands.accelerate_cli "$@"\n')
    program.chmod(0o755)
    return str(program)


@pytest.mark.timeout(900)
def test_two_machines_of_slurm_learn_what_one_process_learns(
    gpt2, tmp_path, slurm, network, warm_python
):
    config = Config(
        gpt2, TEXT, steps=4, batch=4, length=32, precision="fp32", device="cpu", evaluate_every=2
    )
    write_config(config, tmp_path / "config.toml")
    command = [*network, "bash", str(CLUSTERS / "train.slurm"), "config.toml", "run"]
    if not network:  # a copy would be in the network of the tests
        slurm |= {"PYTHON_EXEC": warm_python, "ACCELERATE": launcher(warm_python, tmp_path)}
    done = subprocess.run(
        command, cwd=tmp_path, env=slurm, capture_output=True, text=True, timeout=800
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
