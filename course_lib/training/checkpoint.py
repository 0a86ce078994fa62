"""One file that holds a whole training, replaced in one step."""

import json
import math
import zipfile

import numpy as np

from course_lib._files import refuse_link, replaced

RECORD = "record"  # the name under which the JSON text lies among the arrays
VERSION = 2  # of what a record holds
READ_HEADER = {  # by the version of the format
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
LONGEST = 200  # characters of what a reader says of a damaged file


def write(path, arrays, record):
    """Replace the checkpoint at ``path`` with ``arrays`` (a dict by name) and ``record`` (JSON)."""
    record = json.dumps({"version": VERSION} | record)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replaced(path) as file:
        np.savez(file, **{RECORD: np.array(record)}, **arrays)


def read(path):
    """The (arrays, record) that ``write`` stored, or None where there is no checkpoint.

    Raises:
        ValueError: if the file is damaged, no checkpoint, from another version, or a link.
    """
    refuse_link(path)
    if not path.exists():
        return None
    try:
        _check_sizes(path)
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        record = json.loads(str(arrays.pop(RECORD)))
        version = record.pop("version", 1)
    except MemoryError:
        raise
    except Exception as error:  # a spoilt file raises whatever its reader hits
        why = " ".join(str(error).split())[:LONGEST]
        raise ValueError(
            f"{path} cannot be read as a checkpoint ({why}): delete it to begin this training "
            "anew, or name another folder."
        ) from error
    if version != VERSION:
        raise ValueError(
            f"{path} was written by another version of the course, which noted other things: "
            "delete it to begin this training anew, or name another folder."
        )
    return arrays, record


def _check_sizes(path):
    """Check that nothing grows when it is read: the sizes that the file states fit into it."""
    with zipfile.ZipFile(path) as stored:
        members = stored.infolist()
        if sum(member.file_size for member in members) > path.stat().st_size:
            raise ValueError("it would unpack to more than it holds")
        for member in members:
            with stored.open(member) as file:
                shape, _, kind = READ_HEADER[np.lib.format.read_magic(file)](file)
            if math.prod(shape) * kind.itemsize > member.file_size:
                raise ValueError("it speaks of larger arrays than it holds")
