"""Measure most of RESULTS.md again, the quickest first; each benchmark rewrites its sections.

The rest has commands of its own, named there.
"""

from benchmarks import (
    article,
    averages,
    classical_table,
    dice,
    exercises,
    few_steps,
    first_picture,
    lessons,
    loss_terms,
    mask_throughput,
    means,
    part_one,
    partial_conv,
    perception,
    photograph,
    pipeline,
    reach,
    shipped_networks,
    showdown,
    site,
)
from course_lib._variables import path_variable
from tools.project import words

words("benchmarks", __doc__, 0)
for benchmark in (
    mask_throughput,
    pipeline,
    photograph,
    part_one,
    lessons,
    exercises,
    first_picture,
    site,
):
    benchmark.main()
classical_table.main([])
partial_conv.main([])
if path_variable("INPAINTING_DATA_DIR"):  # it needs CIFAR-10
    dice.main()
    loss_terms.main()
    article.main()
    showdown.main()
    shipped_networks.main()
    reach.main()
    perception.main()
    means.main()
    few_steps.main()
    averages.main()
