"""Importing the plot: what it must not bring with it, and what it must not take away."""

import gzip
import json

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


def test_a_page_that_is_loaded_anew_gets_what_was_changed():
    from lablib.widgets.plot import Plot

    plot = Plot([{"type": "scatter"}, {"type": "bar"}], height=200, xaxis={"title": "step"})
    made = plot.get_state()
    with plot.batch_update():
        plot.data[0].x, plot.data[0].y = [1, 2], [0.5, 0.25]
        plot.layout.xaxis.title.text = "tokens"
    now = plot.get_state()
    assert made["_widget_data"][0].get("x") is None and made.keys() == now.keys()
    assert list(now["_widget_data"][0]["y"]) == [0.5, 0.25]
    assert [trace["type"] for trace in now["_widget_data"]] == ["scatter", "bar"]
    assert now["_widget_layout"]["xaxis"]["title"]["text"] == "tokens"
    assert plot.get_state("_config") == {"_config": plot._config}


def test_what_is_no_number_is_a_gap_in_every_message(monkeypatch):
    """JSON has no word for it: the page would read nothing of the message."""
    from lablib.widgets.plot import Plot

    said = []
    monkeypatch.setattr(Plot, "_send", lambda plot, message, **_: said.append(message))
    numbers = [1.0, float("nan"), float("inf")]
    plot = Plot([{"type": "scatter", "y": numbers}], height=200)
    with plot.batch_update():
        plot.data[0].y, plot.data[0].x = [*numbers, 2.0], [0, 1, 2, 3]
    told = json.dumps([*said, plot.get_state()], allow_nan=False)
    assert told.count("[1.0, null, null, 2.0]") >= 2  # the change, and the state after it


def test_plotlys_script_is_carried_once_for_all_plots():
    """A page asks for all states at once, and waits seconds for them."""
    from lablib.widgets.page import page_state
    from lablib.widgets.plot import Plot, PlotlyScript

    one, other = (Plot([{"type": "bar"}], height=200) for _ in range(2))
    script = page_state(one)["_plotly"]  # which a page without a kernel has in the plot's own state
    assert len(script) > 10**6 > 10 * len(repr(one.get_state()))
    carrier = PlotlyScript.of_kernel()
    assert one._carrier == other._carrier == carrier.model_id
    assert gzip.decompress(carrier.script).decode() == script
    assert len(repr(carrier)) < 200
    carrier.close()
    assert Plot([], height=200)._carrier == PlotlyScript.of_kernel().model_id != one._carrier
