"""The parts all labs share: the panel and its worker, the text input, the token strip."""

from lablib.widgets.choice import AnyModel, Choice, ModelChoice, as_choice, shared_choice
from lablib.widgets.frame import TextInput
from lablib.widgets.html import escape, html_widget
from lablib.widgets.live import Drawing, LivePanel, PlotPlace
from lablib.widgets.panel import Panel
from lablib.widgets.strip import TokenStrip
from lablib.widgets.worker import WORKER, Progress, Slot, Status, Worker

__all__ = [
    "WORKER",
    "AnyModel",
    "Choice",
    "Drawing",
    "LivePanel",
    "ModelChoice",
    "Panel",
    "PlotPlace",
    "Progress",
    "Slot",
    "Status",
    "TextInput",
    "TokenStrip",
    "Worker",
    "as_choice",
    "escape",
    "html_widget",
    "shared_choice",
]
