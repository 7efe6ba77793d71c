"""JupyterHub for a class on one server: `jupyterhub -f classroom/jupyterhub_config.py`.

For a workshop on a network you trust: everybody takes a name and the class's password, and gets a
folder of their own, with a copy of the labs, that is there again at the next login. All servers run
as the account that starts the hub, so learners are kept apart by habit and not by force, and may
write to the models' folder; where that is not enough, use TLJH (see labs/TEACHING.md), which gives
each an account.

Set before it starts:
    LAB_PASSWORD    the class's password, of at least 8 letters
    LAB_FOLDER      where the learners' folders and the models go (at least 2 GB free)
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from lablib import start

c = get_config()  # noqa: F821 - JupyterHub defines it

FOLDER = Path(os.environ["LAB_FOLDER"]).resolve()
HOMES = FOLDER / "homes"
HOMES.mkdir(parents=True, exist_ok=True)
RUNTIME = tempfile.mkdtemp(prefix="labs-")  # short: the path of a socket has at most 107 letters
MEMORY = 4_000_000
"""KB of its own for a kernel. One that asks for more gets a MemoryError, and the others go on;
`Spawner.mem_limit` would do nothing here, where nobody but the system could keep it."""

c.JupyterHub.bind_url = os.environ.get("LAB_ADDRESS", "http://0.0.0.0:8000")
c.JupyterHub.db_url = f"sqlite:///{FOLDER / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(FOLDER / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(FOLDER / "proxy.pid")

c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["LAB_PASSWORD"]
c.Authenticator.allow_all = True
c.Authenticator.username_pattern = r"^[a-z][a-z0-9-]{0,30}$"

c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(HOMES / "{username}")
c.Spawner.cmd = ["sh", "-c", f'ulimit -d {MEMORY}; exec "$@"', "-",
                 sys.executable, "-m", "jupyterhub.singleuser"]  # fmt: skip
c.Spawner.default_url = "/lab/tree/language-model-labs/labs/00_start_here.ipynb"
c.Spawner.http_timeout = c.Spawner.start_timeout = 120  # thirty starting at once take their time
c.JupyterHub.concurrent_spawn_limit = 4
SHARED = {
    # One copy of GPT-2 and BERT for all, fetched beforehand; a hub is never asked.
    "HF_HOME": str(FOLDER / "models"),
    "HF_HUB_OFFLINE": "1",
    # A class has more learners than cores: more threads each only get in each other's way.
    "OMP_NUM_THREADS": "1",
    # With a heap for each thread, as glibc has it, a kernel grows by what is free in each of them.
    "MALLOC_ARENA_MAX": "1",
}
KERNELS = f"{RUNTIME}/kernels"
c.Spawner.environment = {
    **SHARED,
    "JUPYTER_PATH": KERNELS,
    "JUPYTER_RUNTIME_DIR": lambda spawner: f"{RUNTIME}/{spawner.user.id}",
}
if sys.platform == "linux":
    # The process that all kernels are copies of: torch is imported once, and lies in memory once.
    c.JupyterHub.services = [
        {
            "name": "kernels",
            "command": [sys.executable, "-m", "lablib.warm", KERNELS],
            "environment": SHARED,
        }
    ]
c.Spawner.args = [
    # Files in place of ports, which every other account of the machine could try.
    "--KernelManager.transport=ipc",
    # What nobody looks at ends; runs can be resumed, and learners come back to their folders.
    "--MappingKernelManager.cull_idle_timeout=3600",
    "--MappingKernelManager.cull_interval=300",
    "--ServerApp.shutdown_no_activity_timeout=7200",
]


async def hand_out(spawner):
    """Give a learner a copy of the labs, or to theirs what is new; what they changed stays.

    In a thread: the hub has others to answer meanwhile.
    """
    copy = HOMES / spawner.user.name / "language-model-labs"
    await asyncio.to_thread(start.hand_out, start.originals(), copy)


c.Spawner.pre_spawn_hook = hand_out
