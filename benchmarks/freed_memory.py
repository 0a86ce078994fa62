"""What does it cost a training that freed memory goes back to the system at once?

    python -m benchmarks.freed_memory

TensorFlow 2.21 asks glibc for this when batches come from a generator;
``course_lib.training._memory`` undoes it. The same epochs are trained with and without, in turns,
each in a process of its own.
"""

import json
import statistics
import subprocess
import sys
import time

from benchmarks.results import record, table
from tools.project import words

COMMAND = "python -m benchmarks.freed_memory"
ROUNDS, EPOCHS = 3, 4
WAYS = ("given back", "kept")


def one(way):
    """Train in this process: seconds on the clock and of processor, page faults, memory."""
    import resource  # not on Windows

    import keras
    import numpy as np

    from course_lib import losses, masks, models, training

    if way == "given back":
        sys.modules[training.Pairs.__module__].keep_freed = lambda: None
    pictures = np.random.RandomState(0).randint(0, 256, (1024, 32, 32, 3), dtype=np.uint8)
    bank = masks.random_lines(256, 32, seed=0)
    batches = training.pairs(pictures, bank, batch_size=64, seed=1).with_holes()
    keras.utils.set_random_seed(0)
    model = models.vanilla_unet(8)
    model.compile("adam", loss=losses.HoleWeighted("mse", weight=6.0))
    model.fit(batches, epochs=1, verbose=0)
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    model.fit(batches, epochs=EPOCHS, verbose=0)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    return {
        "clock": seconds,
        "processor": after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime,
        "system": after.ru_stime - before.ru_stime,
        "faults": after.ru_minflt - before.ru_minflt,
        "megabytes": after.ru_maxrss / 1024,
    }


def main():
    measured = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way, found in measured.items():
            command = [sys.executable, "-m", "benchmarks.freed_memory", way]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found.append(json.loads(done.stdout.splitlines()[-1]))
    middle = {
        way: {key: statistics.median(one[key] for one in found) for key in found[0]}
        for way, found in measured.items()
    }
    rows = [
        [way, *(f"{one[key]:.1f}" for key in ("clock", "processor", "system"))]
        + [f"{one['faults']:,.0f}", f"{one['megabytes']:.0f}"]
        for way, one in middle.items()
    ]
    ratio = {key: middle["given back"][key] / middle["kept"][key] for key in ("clock", "processor")}
    text = (
        f"{EPOCHS} epochs of 1,024 pictures of noise, `vanilla_unet(8)`, batches of 64; medians of "
        f"{ROUNDS} runs each, in turns. With the memory kept, a training takes "
        f"1/{ratio['clock']:.1f} of the seconds on the clock and "
        f"1/{ratio['processor']:.1f} of the processor's."
    )
    header = ["freed memory", "clock (s)", "processor (s)", "of it system (s)", "page faults", "MB"]
    record("freed_memory", "Freed memory", f"{text}\n\n{table(header, rows)}", COMMAND)


if __name__ == "__main__":
    asked = words("benchmarks.freed_memory", __doc__, 1, WAYS)
    if asked:
        print(json.dumps(one(*asked)))
    else:
        main()
