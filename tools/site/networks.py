"""A shipped network as an ONNX file: what the web page runs.

The weights are stored as float16, as they are shipped, and widened when the file is loaded, so
nothing is lost and the file is half as large. What was written once is kept in build/networks.
"""

import hashlib
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from tools.project import ROOT

FEWEST = 256  # numbers: smaller constants are left as they are
MAKERS = (
    "course_lib/layers/_inputs.py",
    "course_lib/layers/convolutions.py",
    "course_lib/layers/fills.py",
    "course_lib/models/networks.py",
    "tools/site/networks.py",
)


def as_onnx(name):
    """The content of an ONNX file.

    It takes damaged (1, H, W, 3), holes 0, and valid (1, H, W, 1), 1 = known, float32, H and W
    multiples of 16, and gives predicted (1, H, W, 3).

    Args:
        name: as for ``models.load_pretrained``, a network with these two inputs.

    Returns:
        bytes.

    Raises:
        ImportError: if the packages that write ONNX are missing.
    """
    weights = f"course_lib/weights/{name}.npz"
    parts = [(ROOT / path).read_bytes() for path in (weights, *MAKERS)]
    kept = ROOT / "build" / "networks" / f"{hashlib.sha256(b''.join(parts)).hexdigest()}.onnx"
    if not kept.is_file():
        content = _export(name)
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as fresh:
            fresh.write(content)
        Path(fresh.name).replace(kept)  # all of it or nothing
    return kept.read_bytes()


def _export(name):
    for package in ("onnx", "tf2onnx"):
        if find_spec(package) is None:
            raise ImportError(
                f"{package} is missing, which writes the network for the browser: install the "
                "extra `site` (make site does)."
            )
    import onnx

    from course_lib import models

    model = models.load_pretrained(name)
    zeros = [np.zeros((1, 32, 32, channels), np.float32) for channels in (3, 1)]
    model.predict(zeros, verbose=0)  # or Keras says that the model was never called
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        model.export(path, format="onnx", verbose=False)
        written = onnx.load(path)
    _store_as_float16(written.graph)
    return written.SerializeToString()


def _store_as_float16(graph):
    """Every large float32 constant becomes a float16 one and a node that widens it."""
    from onnx import TensorProto, helper, numpy_helper

    stored, widened = [], []
    for constant in graph.initializer:
        values = numpy_helper.to_array(constant)
        if values.dtype == np.float32 and values.size > FEWEST:
            half = f"{constant.name}_float16"
            stored.append(numpy_helper.from_array(values.astype(np.float16), half))
            widened.append(helper.make_node("Cast", [half], [constant.name], to=TensorProto.FLOAT))
        else:
            stored.append(constant)
    nodes = [*widened, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(stored)
    graph.node.extend(nodes)
