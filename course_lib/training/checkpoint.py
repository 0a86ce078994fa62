"""One file that holds a whole training, replaced in one step."""

import json
import zipfile

import numpy as np

from course_lib._files import replaced

RECORD = "record"  # the name under which the JSON text lies among the arrays
VERSION = 2  # of what a record says


def write(path, arrays, record):
    """Replace the checkpoint at ``path`` by ``arrays`` (a dict by name) and ``record`` (JSON)."""
    record = json.dumps({"version": VERSION} | record)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replaced(path) as file:
        np.savez(file, **{RECORD: np.array(record)}, **arrays)


def read(path):
    """The (arrays, record) that ``write`` stored, or None where there is no checkpoint.

    Raises:
        ValueError: if the file is damaged, no checkpoint, or another version's.
    """
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        record = json.loads(str(arrays.pop(RECORD)))
        version = record.pop("version", 1)
    except (OSError, KeyError, ValueError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} cannot be read as a checkpoint ({error}): delete it to begin this training "
            "anew, or name another folder."
        ) from error
    if version != VERSION:
        raise ValueError(
            f"{path} was written by another version of the course, which noted other things: "
            "delete it to begin this training anew, or name another folder."
        )
    return arrays, record
