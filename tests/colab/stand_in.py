"""What a notebook sees of Google Colab: run by IPython when the kernel starts.

Only what the course and its widgets look for. Colab's front end cannot be had here.
"""


def _stand_in():
    import importlib.util
    import sys
    import types

    output = types.ModuleType("google.colab.output")
    output.enable_custom_widget_manager = lambda *arguments, **options: None
    colab = types.ModuleType("google.colab")
    colab.__path__ = []
    colab.output = output
    if importlib.util.find_spec("google") is None:
        sys.modules["google"] = types.ModuleType("google")
        sys.modules["google"].__path__ = []
    __import__("google").colab = colab
    sys.modules["google.colab"] = colab
    sys.modules["google.colab.output"] = output


_stand_in()
del _stand_in
