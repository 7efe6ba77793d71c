"""What tests wait for before they look at a page: that it has drawn, and tried what it holds."""

TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
FAILED = """new Promise((done) => {
  const image = new Image();
  image.onerror = () => done(null);
  image.src = "data:,";
})"""
BROKEN = "window.broken !== undefined"


def drawn(page):
    """Wait until a page shows what was said to it: a view draws in the frame after."""
    page.evaluate(TWO_FRAMES)


def ran(page):
    """Whether a payload of the tests, which sets `window.broken`, was run by a page or its frames.

    An image that is not there fails some time after it was put into a page, and only then would its
    script run: so this waits until one that is asked for now has failed.
    """
    page.evaluate(FAILED)
    return any(frame.evaluate(BROKEN) for frame in getattr(page, "frames", [page]))
