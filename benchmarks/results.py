"""RESULTS.md: one section a benchmark, each with machine, date, seed and command."""

import datetime
import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
PACKAGES = ("numpy", "scipy", "opencv-python", "scikit-image", "keras")
TENSORFLOW = ("tensorflow", "tensorflow-cpu")  # one of its two builds, or none
HEADER = """# Measured results

Every figure here was printed by the command named with it. Each section is rewritten by its own
benchmark and left alone by the others. Times are those of the machine named; read ratios, not
seconds.
"""


def record(name, title, body, command, seed=None):
    """Print a section and put it in the place of its older version in RESULTS.md.

    Args:
        name: the section's name, letters and underscores; it marks its place in the file.
        title: the section's heading.
        body: Markdown.
        command: the command that measures it again.
        seed: the seed of masks and pictures, where there is one.
    """
    facts = [f"`{command}`", datetime.date.today().isoformat(), machine()]
    if seed is not None:
        facts.append(f"seed {seed}")
    parts = [f"## {title}", f"{'; '.join(facts)}.", body.strip()]
    section = "\n".join([f"<!-- begin {name} -->", "\n\n".join(parts), f"<!-- end {name} -->"])
    print(section, end="\n\n", flush=True)
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else HEADER
    place = re.compile(rf"<!-- begin {name} -->.*?<!-- end {name} -->", re.DOTALL)
    if place.search(text):
        text = place.sub(lambda _: section, text)
    else:
        text = f"{text.rstrip()}\n\n{section}\n"
    RESULTS.write_text(text, encoding="utf-8")


def machine():
    """Processor, cores, Python and the packages that do the work."""
    installed = filter(None, map(_installed, PACKAGES + TENSORFLOW))
    return ", ".join([_processor(), f"Python {platform.python_version()}", *installed])


def _installed(package):
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return None


def table(header, rows):
    """A Markdown table; the first column is text, the others are aligned right."""
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(map(str, cells)) + " |" for cells in [header, rule, *rows])


def _processor():
    model = "processor unknown"
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"model name\s*: (.+)", info.read_text())
        model = found[1].strip() if found else model
    return f"{model}, {os.cpu_count()} cores"
