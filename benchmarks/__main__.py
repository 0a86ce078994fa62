"""Measure everything, the quickest first; each benchmark rewrites its section of RESULTS.md."""

import os

from benchmarks import (
    classical_table,
    first_picture,
    lessons,
    mask_throughput,
    photograph,
    pipeline,
    shipped_networks,
)

for benchmark in (mask_throughput, pipeline, photograph, lessons, first_picture):
    benchmark.main()
classical_table.main([])
if os.environ.get("INPAINTING_DATA_DIR"):  # it needs CIFAR-10
    shipped_networks.main()
