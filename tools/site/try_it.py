"""Writes "Try it", the page that repairs a picture in the browser: TARGET/try.

python -m tools.site.try_it [TARGET]

Its own files lie in site/try; the painter and the slider are those of the course's widgets, the
runtime is npm's onnxruntime-web, the network is models.load_pretrained("photo").
"""

import gzip
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from course_lib import data, restoration
from course_lib.widgets._browser import FOLDER, joined
from tools.project import ROOT, words
from tools.site import networks, npm

PAGE = ROOT / "site" / "try"
PAINTER = ("files.js", "painting.js", "view.js", "page.js", "painter.js")
NETWORK = "photo"
# (photograph, kind of damage, seed); the network was trained on none of them.
EXAMPLES = (("coffee", "writing", 0), ("chelsea", "sharp scratches", 1), ("camera", "blotches", 0))
SMALL = (300, 200)  # pixels of an example's button, twice what is shown


def build(target):
    """Write the page and all it needs into ``target / "try"``.

    Args:
        target: folder of the site.

    Raises:
        ImportError, FileNotFoundError, ConnectionError: what is missing, in one sentence.
    """
    folder = Path(target) / "try"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PAGE, folder)
    (folder / "painter.js").write_text(joined(*PAINTER), encoding="utf-8")
    for name in ("painter.css", "before_after.css", "before_after.js"):
        shutil.copy(FOLDER / name, folder)
    _write_runtime(folder)
    _pack(folder / f"{NETWORK}.onnx.packed", networks.as_onnx(NETWORK))
    (folder / "pictures").mkdir()
    for name, kinds, seed in EXAMPLES:
        _write_example(folder / "pictures", name, kinds, seed)


def _write_runtime(folder):
    runtime = npm.packages() / "onnxruntime-web" / "dist"
    shutil.copy(runtime / "ort.wasm.min.mjs", folder)
    shutil.copy(runtime / "ort-wasm-simd-threaded.mjs", folder)
    _pack(folder / "ort.wasm.packed", (runtime / "ort-wasm-simd-threaded.wasm").read_bytes())


def _pack(path, content):
    """gzip, which the page unpacks itself: few servers pack such files on their way."""
    path.write_bytes(gzip.compress(content, 9, mtime=0))


def _write_example(folder, name, kinds, seed):
    worn = restoration.worn(data.photo(name), kinds, seed=seed)
    picture = Image.fromarray(np.rint(255 * worn.picture).astype(np.uint8))
    picture.save(folder / f"{name}.png", optimize=True)
    Image.fromarray(worn.mask).save(folder / f"{name}-mask.png", optimize=True)
    small = picture.copy()
    small.thumbnail((max(SMALL), max(SMALL)))
    small.save(folder / f"{name}-small.jpg", quality=82, optimize=True)


if __name__ == "__main__":
    build(*(words("tools.site.try_it", __doc__, 1) or [ROOT / "build" / "site"]))
