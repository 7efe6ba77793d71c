"""Importing the plot: what it must not bring with it, and what it must not take away."""

CODE = """
import sys
import lablib.widgets.plot
slow = {"jsonschema", "rfc3987_syntax", "nbformat"} & set(sys.modules)
assert not slow, slow

import plotly.graph_objects as go, plotly.io as pio
pio.renderers.default = "plotly_mimetype"
pio.show(go.Figure(go.Bar(y=[1, 2])))  # needs a version of nbformat

import nbformat
assert nbformat.v4.new_notebook().cells == []
"""


def test_a_plot_brings_no_slow_module_and_hides_none(python):
    assert "plotly.v1+json" in python(CODE)
