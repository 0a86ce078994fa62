"""Measure everything, the quickest first; each benchmark rewrites its section of RESULTS.md."""

from benchmarks import (
    classical_table,
    first_picture,
    lessons,
    mask_throughput,
    photograph,
    pipeline,
)

for benchmark in (mask_throughput, pipeline, photograph, lessons, first_picture):
    benchmark.main()
classical_table.main([])
