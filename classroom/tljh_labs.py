"""What TLJH's own file has no setting for: copy it to /opt/tljh/config/jupyterhub_config.d."""

c = get_config()  # noqa: F821 - JupyterHub defines it

c.Spawner.environment.update(
    {
        # One copy of GPT-2 and BERT for all, fetched beforehand by root, so that no learner can
        # write to it; a hub is never asked.
        "HF_HOME": "/srv/labs/models",
        "HF_HUB_OFFLINE": "1",
        # A class has more learners than cores: more threads each only get in each other's way.
        "OMP_NUM_THREADS": "1",
        # With a heap for each thread, as glibc has it, a kernel grows by what is free in each.
        "MALLOC_ARENA_MAX": "1",
        # TLJH gives each learner a /tmp of their own. The path of a socket has at most 107 letters.
        "JUPYTER_RUNTIME_DIR": "/tmp/jupyter",
    }
)
c.Spawner.args = [
    "--KernelManager.transport=ipc",  # files in place of ports, which others could try
    "--MappingKernelManager.cull_idle_timeout=3600",
    "--MappingKernelManager.cull_interval=300",
]
