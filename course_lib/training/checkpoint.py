"""One file that holds a whole training, replaced in one step.

A process may be killed at any moment, also while it writes. The new checkpoint is therefore
written under another name, forced to the disk, and only then takes the old one's place, which
file systems do in one step: at every moment there is a whole checkpoint, the old or the new.
"""

import json
import os
import zipfile
from pathlib import Path

import numpy as np

RECORD = "record"  # the name under which the JSON text lies among the arrays


def write(path, arrays, record):
    """Replace the checkpoint at ``path`` by ``arrays`` (a dict by name) and ``record`` (JSON)."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with open(partial, "wb") as file:
        np.savez(file, **{RECORD: np.array(json.dumps(record))}, **arrays)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def read(path):
    """The (arrays, record) that ``write`` stored, or None where there is no checkpoint.

    Raises:
        ValueError: if the file is damaged or no checkpoint.
    """
    path = Path(path)
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return arrays, json.loads(str(arrays.pop(RECORD)))
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} cannot be read as a checkpoint ({error}): delete it to begin this training "
            "anew, or name another folder."
        ) from error
