"""The panels of the transfer lab. Those of a notebook share the labelled set and the classifier."""

from lablib.transfer.panel.data import data_panel
from lablib.transfer.panel.growth import growth_panel
from lablib.transfer.panel.judge import judge_panel
from lablib.transfer.panel.mistakes import mistakes_panel
from lablib.transfer.panel.training import training_panel

__all__ = ["data_panel", "growth_panel", "judge_panel", "mistakes_panel", "training_panel"]
