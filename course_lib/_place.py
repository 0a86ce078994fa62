"""Where the course runs: on Google Colab, in a web page (Pyodide) or on your own computer."""

import importlib.abc
import importlib.util
import logging
import sys

PLATFORM = sys.platform  # the tests set it
NEEDED = ("numpy", "scipy", "cv2", "skimage", "matplotlib", "pandas", "PIL")
TRAINS = ("keras", "tensorflow", "wandb")
ELSEWHERE = "open the lesson on Google Colab with the badge at its top, or install the course"


def place():
    """ "colab", "browser" or "local"."""
    if PLATFORM == "emscripten":
        return "browser"
    return "colab" if "google.colab" in sys.modules else "local"


def prepare_page():
    """Make sure that the page has what lessons need; imports of what no page can have now say so.

    Raises:
        ModuleNotFoundError: if the page was built without a package that the lessons need.
    """
    missing = [name for name in NEEDED if not _is_there(name)]
    if missing:
        raise ModuleNotFoundError(
            f"This page was built without {', '.join(missing)}: {ELSEWHERE}.",
            name=missing[0],
        )
    from tqdm import tqdm  # not above: ``course_lib check`` runs where packages are missing

    tqdm.monitor_interval = 0  # or its first bar warns that there are no threads
    # The first figure lists the fonts, and says so in a warning.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    if not any(isinstance(finder, NoTraining) for finder in sys.meta_path):
        sys.meta_path.append(NoTraining())


def _is_there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:  # how Pyodide reports what is not loaded
        return False


class NoTraining(importlib.abc.MetaPathFinder):
    """Asked to import what a browser cannot have, it says in a sentence where to go instead."""

    def find_spec(self, name, path=None, target=None):
        if name in TRAINS:
            raise ModuleNotFoundError(
                f"Networks are not trained in a browser: {ELSEWHERE}.", name=name
            )
        return None
