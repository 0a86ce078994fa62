"""A figure on the page: encoded once, described in words, captioned, shown once."""

import base64
import html
import io
import re
import sys

import matplotlib
from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.text import Text

from course_lib._validation import brief, check_is
from course_lib.plots.drawing import figure, is_photograph, own_style

LARGEST_SIDE = 2**16 - 1  # dots of a figure, matplotlib's own limit
TAG = re.compile(r"<(?=[A-Za-z/!?])")  # how HTML begins in a Markdown text
MOST_DOTS = 5e7  # of a figure: it takes 200 MB while it is drawn


def show(images, *, titles=None, alt, caption=None, columns=None, row_titles=None, unit=None):
    """Show pictures side by side, with a description for those who cannot see them.

    Args:
        images: a list of pictures (see ``figure``), one picture, or a matplotlib Figure.
        titles: a list of strings, one for each picture; not with a Figure.
        alt: what the figure shows, in a sentence (at least 20 characters). Screen readers
            read it, and it takes the picture's place when that does not load.
        caption: a sentence under the figure that says what to see in it; Markdown without HTML,
            in which a dollar sign is a dollar sign.
        columns: pictures in a row (default: all in one row, up to 5).
        row_titles, unit: as for ``figure``; not with a Figure.

    Raises:
        TypeError, ValueError: if ``alt`` is too short to describe anything, or the rest is not as
            above and in ``figure``.
    """
    alt, caption = check_alt(alt), check_caption(caption)
    if isinstance(images, Figure):
        for name, given in {"titles": titles, "row_titles": row_titles, "unit": unit}.items():
            if given is not None:
                raise ValueError(f"a Figure has its own {name}: pass {name} only with pictures.")
        drawing, photograph = images, False
    else:
        drawing = figure(images, titles=titles, columns=columns, row_titles=row_titles, unit=unit)
        photograph = is_photograph(images)
    data, metadata = bundle(drawing, alt=alt, photograph=photograph)
    put(data, metadata)
    show_caption(caption)


def encode(drawing, photograph=False):
    """A figure as (media type, bytes): JPEG for photographs, PNG for everything else.

    Raises:
        TypeError: if it is no figure of matplotlib's.
        ValueError: if it is larger than a page, 65,535 dots high or wide or 50 million in all.

    Example:
        >>> import numpy as np
        >>> media_type, content = encode(figure(np.ones((8, 8, 3))))
        >>> media_type, content[1:4]
        ('image/png', b'PNG')
    """
    check_is("drawing", drawing, Figure, "a figure of matplotlib's, such as plots.figure draws")
    width, height = drawing.get_size_inches() * drawing.dpi
    if max(width, height) > LARGEST_SIDE or width * height > MOST_DOTS:
        raise ValueError(
            f"the figure is {width:.0f} x {height:.0f} dots, too large for a page: draw it "
            "smaller, or fewer things in it."
        )
    if matplotlib.rcParams["text.usetex"]:
        for text in drawing.findobj(Text):  # a cell's own, where LaTeX may be missing
            text.set_usetex(False)
    buffer = io.BytesIO()
    with own_style():
        if photograph:
            drawing.savefig(buffer, format="jpeg", pil_kwargs={"quality": 82, "optimize": True})
        else:
            drawing.savefig(buffer, format="png", metadata={"Software": None})
    _release(drawing)
    return ("image/jpeg" if photograph else "image/png"), buffer.getvalue()


def bundle(drawing, *, alt, photograph=False):
    """A figure as Jupyter's (data, metadata): the described HTML, and the bare picture beside it.

    JupyterLab and nbconvert read the alternative text from the HTML only; site generators read
    it from the picture's metadata.
    """
    media_type, content = encode(drawing, photograph)
    encoded = base64.b64encode(content).decode()
    data = {
        "text/html": as_html(media_type, encoded, alt),
        media_type: encoded,
        "text/plain": f"[figure: {alt}]",
    }
    return data, {media_type: {"alt": alt}}


def as_html(media_type, encoded, alt):
    """An HTML figure around base64 picture data."""
    return (
        f'<figure style="margin:0"><img alt="{html.escape(alt)}" style="max-width:100%" '
        f'src="data:{media_type};base64,{encoded}"></figure>'
    )


def show_caption(caption):
    """The sentence under a figure, as a Markdown output of its own: every front end shows it."""
    if caption:
        # Two dollar signs would make mathematics of what stands between them: Markdown wants the
        # backslash, and MathJax, which reads the page after that, an element around each.
        text = TAG.sub("&lt;", caption)
        text = text.replace("$", r"<span>\$</span>") if text.count("$") > 1 else text
        put({"text/markdown": f"*{text}*", "text/plain": caption})


def put(data, metadata=None):
    """Put a bundle on the notebook's page, or its plain text into a terminal."""
    if get_ipython() is None:
        print(data["text/plain"])
    else:
        display(data, metadata=metadata, raw=True)


def check_alt(alt):
    """Check that an alternative text is long enough to describe something."""
    if not isinstance(alt, str) or len(alt.strip()) < 20:
        raise ValueError(
            f"alt={brief(alt)} describes nothing: say in a sentence (20 characters or more) what "
            "one sees."
        )
    return alt.strip()


def check_caption(caption):
    """A sentence, or None."""
    if not isinstance(caption, (str, type(None))):
        raise TypeError(f"caption is {brief(caption)}: pass a sentence.")
    return caption


def _release(drawing):
    """Forget a figure that pyplot keeps, so that a notebook does not show it a second time."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and getattr(drawing, "number", None) is not None:
        pyplot.close(drawing)
