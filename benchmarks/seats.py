"""A class at once on one machine: seats held, memory, processor seconds, time to the first result.

    python -m benchmarks.seats            # every class below: an hour and a half on two cores
    python -m benchmarks.seats 04:24      # 24 learners in lesson 04

A real hub is started, every learner gets a server and a kernel through its API, and all run a
lesson from top to bottom at once, then its exercise as someone who solved it has it. Meanwhile one
more learner's endless loop and another's memory hog go on. A class in which everybody clicks *Run
all* in the same second is the worst that a machine meets.
"""

import json
import os
import re
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import nbformat
import psutil

from benchmarks.results import record, table
from tools import hub
from tools.project import ROOT, words

CLASSES = ("04:12", "04:24", "04:30", "08:12")  # lesson:learners
WITH_EXERCISE = ("04",)
LOOP = "while True:\n    pass"
HOG = """
import time
kept = []
while True:
    try:
        kept.append(b"x" * 2**26)  # written to, so that it is really taken
    except MemoryError:
        time.sleep(0.2)
"""
KEPT = ROOT / "build/seats"


def cells(lesson):
    """The sources of a lesson's code cells, and of its solution's where that is measured."""
    folders = ["notebooks", "solutions"] if lesson in WITH_EXERCISE else ["notebooks"]
    found = []
    for folder in folders:
        (path,) = (ROOT / folder).glob(f"{lesson}_*.ipynb")
        notebook = nbformat.read(path, as_version=4)
        found.append([cell.source for cell in notebook.cells if cell.cell_type == "code"])
    return found


class Seat:
    """One learner's way through the lesson, and what it took."""

    def __init__(self, running, name, notebooks):
        self.learner, self.notebooks = hub.Learner(running, name), notebooks
        self.failures, self.seconds, self.processor, self.peak = [], {}, 0.0, 0

    def go(self):
        begun = time.monotonic()
        try:
            self.learner.start()
            self.seconds["server"] = time.monotonic() - begun
            for sources in self.notebooks:
                kernel = self.learner.kernel()
                self._run(kernel, sources, begun)
            self.seconds["all"] = time.monotonic() - begun
        except Exception as error:
            self.failures.append(f"{self.learner.name}: {type(error).__name__}: {error}"[:300])

    def _run(self, kernel, sources, begun):
        for number, source in enumerate(sources):
            _, wrong = kernel.run(source)
            if number == 1:  # runtime.setup() has said its five lines
                self.seconds.setdefault("first", time.monotonic() - begun)
            if wrong:
                self.failures.append(f"{self.learner.name}, cell {number}: {wrong}"[:300])
        kernel.socket.close()


class Watch(threading.Thread):
    """Every few seconds: what each learner's processes take together."""

    def __init__(self, running, seats):
        super().__init__(daemon=True)
        self.running, self.seats = running, {seat.learner.name: seat for seat in seats}
        self.over, self.total = threading.Event(), 0

    def run(self):
        while not self.over.wait(5):
            self.look()

    def look(self):
        taken, spent = {}, {}
        for process in self.running.processes():
            try:
                name = process.environ().get("JUPYTERHUB_USER", "hub")
                taken[name] = taken.get(name, 0) + process.memory_full_info().pss
                used = process.cpu_times()
                spent[name] = spent.get(name, 0) + used.user + used.system
            except psutil.Error:
                continue  # it has just ended
        self.total = max(self.total, sum(taken.values()))
        for name, seat in self.seats.items():
            seat.peak = max(seat.peak, taken.get(name, 0))
            seat.processor = max(seat.processor, spent.get(name, 0))


def measure(lesson, count):
    """One class: dict of figures, as JSON can hold them."""
    names = [f"learner{number:02d}" for number in range(count)]
    notebooks = cells(lesson)
    with hub.running([*names, "loop", "hog"]) as running:
        others = []
        for name, source in (("loop", LOOP), ("hog", HOG)):
            learner = hub.Learner(running, name)
            learner.start()
            kernel = learner.kernel()
            kernel.send(source)
            others.append(kernel)
        seats = [Seat(running, name, notebooks) for name in names]
        watch = Watch(running, seats)
        watch.start()
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(Seat.go, seats))
        watch.look()
        watch.over.set()
        still = [running.request("GET", kernel.place)[1] for kernel in others]
    return {
        "lesson": lesson,
        "learners": count,
        "held": sum("all" in seat.seconds and not seat.failures for seat in seats),
        "failures": [failure for seat in seats for failure in seat.failures],
        "first": [seat.seconds["first"] for seat in seats if "first" in seat.seconds],
        "server": [seat.seconds["server"] for seat in seats if "server" in seat.seconds],
        "all": [seat.seconds["all"] for seat in seats if "all" in seat.seconds],
        "peaks": [seat.peak for seat in seats],
        "processor": [seat.processor for seat in seats],
        "total": watch.total,
        "others": [kernel.get("execution_state") for kernel in still],
        "load before": LOAD,
    }


LOAD = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def row(kept):
    def spread(values, unit=1.0):
        if not values:
            return "–"
        return f"{statistics.median(values) / unit:,.0f} ({max(values) / unit:,.0f})"

    return [
        kept["lesson"] + (" and exercise" if kept["lesson"] in WITH_EXERCISE else ""),
        kept["learners"],
        kept["held"],
        len(kept["failures"]),
        spread(kept["server"]),
        spread(kept["first"]),
        spread(kept["all"]),
        spread(kept["processor"]),
        spread(kept["peaks"], 2**20),
        f"{kept['total'] / 2**30:.1f}",
        kept["load before"],
    ]


HEADER = (
    "lesson", "learners", "held", "failures", "server (s)", "first result (s)", "finished (s)",
    "processor (s)", "memory a seat (MB)", "together (GB)", "load before",
)  # fmt: skip
TEXT = """
A JupyterHub with `hub/jupyterhub_config.py`; every learner runs all cells at once, profile `quick`,
while another learner's endless loop and another's memory hog (up to its limit of 2 GB) keep
running. Median over the seats, the highest in brackets; seconds are on the clock from the learner's
click, except those of the processor (server and kernels). Memory is the highest proportional set
size of server and kernels; together: at one moment, with hub, proxy, loop and hog. Load before:
what else the machine had to do when the class began.
"""
LAST_TIME = """
The class in lesson 08 was held on 2026-11-28. The class of
24 had been held that day too, beside other work and before kernels talked over sockets, with 25
seconds of a processor a seat; where the difference comes from was not looked into.
"""  # leave out what no row is of any more


def main(arguments=()):
    if odd := [asked for asked in arguments if not re.fullmatch(r"\d\d:\d+", asked)]:
        raise SystemExit(f"{odd[0]} is no class: write one like {CLASSES[0]}, lesson:learners.")
    KEPT.mkdir(parents=True, exist_ok=True)
    for asked in arguments or CLASSES:
        lesson, count = asked.split(":")
        kept = measure(lesson, int(count))
        (KEPT / f"{lesson}_{int(count):02d}.json").write_text(json.dumps(kept))
        print(row(kept), *kept["failures"], kept["others"], sep="\n", flush=True)
    rows = [row(json.loads(path.read_text())) for path in sorted(KEPT.glob("*.json"))]
    body = f"{TEXT.strip()} {LAST_TIME.strip()}\n\n{table(HEADER, rows)}"
    record("seats", "Seats of a class", body, "python -m benchmarks.seats")


if __name__ == "__main__":
    main(words("benchmarks.seats", __doc__))
