"""A plot in JupyterLab: what is said to it while plotly is still being read is not lost."""

PLOT = """
from lablib.widgets.plot import Plot
plot = Plot([{"type": "bar", "name": "bars"}], height=200)
plot
"""
FILL = """
with plot.batch_update():
    plot.data[0].x, plot.data[0].y = ["a", "b", "c"], [1, 2, 3]
"""


HOLD_PLOTLY = """
const unpacked = Response.prototype.blob;
const released = new Promise((release) => { window.release = release; });
Response.prototype.blob = async function () {
    window.held = true;
    await released;
    return unpacked.call(this);
};
const timeout = AbortSignal.timeout;
AbortSignal.timeout = (milliseconds) => {
    const signal = timeout.call(AbortSignal, milliseconds);
    signal.addEventListener("abort", () => { window.gaveUp = true; });
    return signal;
};
"""
"""plotly's script is not unpacked before `release()`: what a slow processor takes long for."""
DRAWN = "document.querySelectorAll('.lab-plot .bars .point').length === 3"


def test_a_plot_that_is_filled_at_once_shows_it(lab):
    lab.open(lab.write("plot.ipynb", [PLOT, FILL, "'all said'"]))
    lab.run_all()
    lab.page.wait_for_function(DRAWN)


def test_a_plot_that_is_filled_while_plotly_is_read_shows_it(lab):
    """And that takes longer than the two seconds after which anywidget gives up on a widget."""
    page = lab.page
    page.add_init_script(HOLD_PLOTLY)
    lab.open(lab.write("plot-held.ipynb", [PLOT, FILL, "'all said'"]))
    lab.run_all()
    page.wait_for_function("window.held && window.gaveUp")
    assert page.locator(".lab-plot .bars").count() == 0
    page.evaluate("window.release()")
    page.wait_for_function(DRAWN)


def test_a_plot_is_as_wide_as_its_panel(lab):
    """Also one that is put into its panel before it is on the page."""
    box = "from ipywidgets import VBox\nplace = VBox([], layout={'width': '900px'})\nplace"
    put = PLOT.replace("\nplot\n", "\nplace.children = [plot]\n")
    page = lab.page
    lab.open(lab.write("plot-width.ipynb", [box, put]))
    lab.run_all()
    page.wait_for_function("document.querySelector('.lab-plot .main-svg')?.clientWidth > 850")


def test_a_plot_that_was_moved_is_filled_where_it_stands(lab):
    """The view that is gone hears nothing any more: it would fail, and the new one not be told."""
    box = "from ipywidgets import VBox\nplace = VBox([])\nplace"
    put = PLOT.replace("\nplot\n", "\nplace.children = [VBox([plot])]\n")
    move = "place.children = [VBox([plot])]"
    drawn = "document.querySelectorAll('.lab-plot > .plot-container').length === 1"
    page = lab.page
    lab.open(lab.write("plot-moved.ipynb", [box, put, move, FILL]))
    lab.run_cell(0)
    lab.run_cell(1)
    page.wait_for_function(drawn)
    first = page.locator(".lab-plot").element_handle()
    lab.run_cell(2)
    page.wait_for_function("first => !first.isConnected", arg=first)
    page.wait_for_function(drawn)
    lab.run_cell(3)
    page.wait_for_function("document.querySelectorAll('.lab-plot .bars .point').length === 3")


def test_a_plot_whose_script_is_lost_holds_up_no_other(lab):
    """As one of a kernel that was restarted before its page knew all its widgets."""
    lost = """
from types import SimpleNamespace
from lablib.widgets.plot import Plot, PlotlyScript
of_kernel, PlotlyScript.of_kernel = PlotlyScript.of_kernel, lambda: SimpleNamespace(model_id="lost")
first = Plot([{"type": "bar"}], height=200)
PlotlyScript.of_kernel = of_kernel
first
"""
    page = lab.page
    lab.open(lab.write("plot-lost.ipynb", [lost, PLOT, FILL]))
    lab.run_all()
    page.wait_for_function(DRAWN)
    page.wait_for_function("document.querySelectorAll('.lab-plot > .plot-container').length === 2")
