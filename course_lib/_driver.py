"""What the NVIDIA driver knows, and which of CUDA's libraries load, as one line of JSON.

    python course_lib/_driver.py '[["libcudart.so.12", "another/place/libcudart.so.12"], ...]'

It runs as a program of its own, because a driver may crash, hang or print. It needs nothing but
Python: ``tools/setup_venv.py`` asks before anything is installed.
"""

import ctypes
import json
import sys

DRIVERS = ("libcuda.so.1", "libcuda.so", "nvcuda.dll")
MAJOR, MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR of cuda.h


def first_card():
    """The first GPU that the driver can use.

    Returns:
        None, or a dict: card (its name), cuda (the newest that the driver runs, such as 12040 for
        12.4) and capability (of the card, such as 75 for 7.5), each 0 if the driver does not say.
    """
    driver = load(DRIVERS)
    if driver is None or driver.cuInit(0) != 0:
        return None
    if _number(driver, "cuDeviceGetCount") < 1:
        return None
    name = ctypes.create_string_buffer(100)
    driver.cuDeviceGetName(name, len(name) - 1, 0)
    capability = [_number(driver, "cuDeviceGetAttribute", which, 0) for which in (MAJOR, MINOR)]
    return {
        "card": _printable(name.value),
        "cuda": _number(driver, "cuDriverGetVersion"),
        "capability": 10 * capability[0] + capability[1],
    }


def load(names):
    """The first of several libraries that loads, or None."""
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def _number(driver, function, *arguments):
    """What a function of the driver writes through its first argument; 0 if it fails."""
    number = ctypes.c_int(0)
    if not hasattr(driver, function):
        return 0
    failed = getattr(driver, function)(ctypes.byref(number), *arguments)
    return 0 if failed else number.value


def _printable(name):
    text = "".join(letter for letter in name.decode("ascii", "ignore") if letter.isprintable())
    return text.strip() or "NVIDIA GPU"


def main(libraries="[]"):
    found = first_card()
    if found is not None:
        found["missing"] = [names[0] for names in json.loads(libraries) if load(names) is None]
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
