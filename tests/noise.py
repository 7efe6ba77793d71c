"""Threads that disturb whoever shares something with them, for as long as a block lasts."""

import random
import threading
from contextlib import contextmanager

import numpy as np
import torch


def draw():
    """Draw from, and now and then seed, every generator that a process has one of."""
    torch.rand(3), random.random(), np.random.rand()
    torch.manual_seed(random.randrange(2**31))
    with torch.random.fork_rng(devices=[]):
        torch.nn.functional.dropout(torch.ones(9))
    np.random.seed(random.randrange(2**31))


def multiply():
    """Multiply matrices, on another number of threads each time."""
    torch.set_num_threads(1 + torch.get_num_threads() % 2)
    matrix = torch.ones(200, 200)
    _ = matrix @ matrix


@contextmanager
def noise():
    """One thread that draws without pause, and one that multiplies matrices."""
    ended = threading.Event()

    def on_and_on(work):
        while not ended.is_set():
            work()

    threads = [threading.Thread(target=on_and_on, args=[work]) for work in (draw, multiply)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()
