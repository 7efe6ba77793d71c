"""What tests wait for before they look at a page: that it has drawn, and tried what it holds."""

TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
RAN = """new Promise((done) => {
  const image = new Image();
  image.onerror = () => done(window.broken !== undefined);
  image.src = "x";
})"""


def drawn(page):
    """Wait until a page shows what was said to it: a view draws in the frame after."""
    page.evaluate(TWO_FRAMES)


def ran(frame):
    """Whether a payload of the tests, which sets `window.broken`, was run by a page or a frame.

    An image that is not there fails some time after it was put into the page, and only then would
    its script run: so this waits until one that is asked for now has failed.
    """
    return frame.evaluate(RAN)
