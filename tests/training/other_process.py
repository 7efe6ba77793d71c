"""What a process of its own does with the folder of a run."""

import os

from lablib.training.run import Run


def train(folder, environment):
    """Train to the end, where the environment is changed so."""
    os.environ.update(environment)
    run = Run.open(folder)
    run.start()
    run.wait()


def start_at_once(folder, barrier, said):
    """Start when all others are there, say what came of it, and train until killed."""
    run = Run.open(folder)
    barrier.wait(300)
    try:
        run.start()
    except ValueError as error:
        said.put(f"ValueError {error}")
    else:
        said.put("started")
        run.wait()
