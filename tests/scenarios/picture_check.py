"""What is wrong with a picture, as a renderer sees it: empty panels, texts on each other, texts off the page."""

from matplotlib.axes import Axes
from matplotlib.text import Text

#: Overlap that no reader sees [pixels]: boxes of text are a little larger than their ink.
WIDTH, HEIGHT = 2, 3


def hidden_labels(axes):
    """Texts that an axis holds and does not draw."""
    for axis in (axes.xaxis, axes.yaxis):
        shown = axis._update_ticks() if axes.axison else []
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            for label in (tick.label1, tick.label2):
                if tick not in shown or not label.get_visible():
                    yield label
        if not axes.axison:
            yield axis.label
            yield axis.offsetText


def drawn_texts(figure):
    """Every text that can be seen, with its box in pixels."""
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    hidden = {label for axes in figure.findobj(Axes) for label in hidden_labels(axes)}
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and t not in hidden]
    return [(t.get_text(), t.get_window_extent(renderer)) for t in texts]


def flaws(figure):
    """Texts on top of each other, and texts that fall off the page."""
    found = drawn_texts(figure)
    pairs = []
    for k, (one, a) in enumerate(found):
        for other, b in found[:k]:
            width = min(a.x1, b.x1) - max(a.x0, b.x0)
            height = min(a.y1, b.y1) - max(a.y0, b.y0)
            if width > WIDTH and height > HEIGHT:
                pairs.append((other, one))
    page = figure.bbox
    off = [text for text, box in found if box.x0 < -1 or box.y0 < -1 or box.x1 > page.x1 + 1 or box.y1 > page.y1 + 1]
    return pairs + off


def blank_panels(figure):
    """Panels with nothing to see, nor a word on why: by their titles."""
    found = []
    for axes in figure.findobj(Axes):
        if axes.child_axes or not axes.get_visible() or not hasattr(axes, "xaxis"):
            continue
        inside = [t for t in axes.texts if t.get_gid() != "note"]
        if not (axes.lines or axes.patches or axes.collections or axes.images or inside):
            found.append(axes.get_title(loc="left") or "without a title")
    return found
