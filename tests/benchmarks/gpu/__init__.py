"""`make gpu`: what a GPU does with this project's training, in one script.

Each part (`checks`, `speed`, `real`) runs in a process of its own, within its own time (`running`),
so that one that fails or is slow takes none of the others with it. `report` writes what was found.
"""
