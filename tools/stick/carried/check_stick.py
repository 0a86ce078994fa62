"""Whether every file of this stick is whole: copies to and from a stick go wrong.

python3 check_stick.py            (on Windows: py check_stick.py)

Ends with status 0 where all is well; else it names each file that is not. Standard library only.
"""

import hashlib
import os
import sys

STICK = os.path.dirname(os.path.abspath(__file__))
SUMS = "SHA256SUMS"
LAST = "# files in all: "


def main():
    try:
        sums = listed()
    except ValueError as problem:
        return str(problem)
    names = sorted(sums)
    wrong = []
    for place, name in enumerate(names, 1):
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{place} of {len(names)} ")
        wrong += faults([name], sums)
    for fault in wrong:
        print(fault)
    if wrong:
        return f"{len(wrong)} of {len(names)} files are not whole: copy the stick again."
    print(f"All {len(names)} files are whole.")
    return 0


def listed():
    """{name with slashes: SHA-256} of all that belongs on the stick; ValueError where cut off."""
    try:
        with open(os.path.join(STICK, SUMS), encoding="utf-8") as file:
            *lines, last = file.read().splitlines()
    except (OSError, ValueError):
        lines, last = [], ""
    if last != LAST + str(len(lines)):
        raise ValueError(f"{SUMS} is missing or cut off, so the stick is not whole: copy it again.")
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def faults(names, sums):
    """A line for each of these files that is missing or is not as it was written."""
    found = []
    for name in names:
        try:
            if digest(os.path.join(STICK, *name.split("/"))) != sums.get(name):
                found.append(f"{name} is broken")
        except OSError as error:
            found.append(f"{name} cannot be read: {error.strerror}")
    return found


def digest(path):
    total = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            total.update(block)
    return total.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
