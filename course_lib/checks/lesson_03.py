"""Checks of exercise 03: edges through a hole."""

import numpy as np

from course_lib import classical, masks, metrics
from course_lib.checks._compare import as_function
from course_lib.checks._kinds import fills
from course_lib.checks._task import task, wrong

GAIN, RAMP = 3.0, 40.0  # dB


@task("03_1")
def task_03_1(draw_through):
    """Check ``draw_through`` on edges (3 dB above harmonic) and ramps (40 dB)."""
    function = as_function(draw_through)
    rng = np.random.default_rng()
    square = masks.squares(1, 32, side=12)[0]
    edges = np.stack([_edge(rng) for _ in range(8)])
    ramps = np.stack([_ramp(rng) for _ in range(4)])
    drawn = _fills(function, edges, square)
    on_edges = _psnr(drawn, edges, square)
    on_ramps = _psnr(_fills(function, ramps, square), ramps, square)
    harmonic = _psnr(_fills(classical.harmonic, edges, square), edges, square)
    if on_edges < harmonic + GAIN and _two_coloured(drawn, edges, square):
        wrong(
            "edges misplaced",
            f"The edges are sharp, but do not run where they should: {on_edges:.1f} dB, harmonic "
            f"{harmonic:.1f}; it must gain {GAIN:.0f} dB. Are they straight? Look at one.",
        )
    if on_edges < harmonic + GAIN:
        wrong(
            "edges still blurred",
            f"On edges your fill has {on_edges:.1f} dB, harmonic {harmonic:.1f}: it must gain "
            f"{GAIN:.0f} dB.",
        )
    if on_ramps < RAMP:
        wrong(
            "ramps spoilt",
            f"Edges are drawn ({on_edges - harmonic:.1f} dB above harmonic), but on ramps your "
            f"fill has {on_ramps:.1f} dB: {RAMP:.0f} are asked for.",
        )
    return f"{on_edges - harmonic:.1f} dB above harmonic on edges, {on_ramps:.1f} dB on ramps."


def _fills(function, pictures, mask):
    damaged = [masks.damage(picture, mask) for picture in pictures]
    return fills(function, damaged, [mask] * len(damaged), low=-0.5, high=1.5)


def _psnr(fills, pictures, mask):
    """PSNR (dB) in the holes of all pictures at once."""
    return metrics.psnr(pictures, fills, np.broadcast_to(mask, pictures.shape[:3]))


def _two_coloured(fills, pictures, mask):
    """Whether nearly every pixel filled in has one of its picture's two colours."""
    colours = [f(pictures, axis=(1, 2), keepdims=True) for f in (np.min, np.max)]
    off = np.minimum(*[np.abs(fills - colour).max(axis=-1) for colour in colours])
    return np.mean(off[:, mask] < 0.05) > 0.9


def _edge(rng):
    """One straight edge of any angle near the centre, between two colours that differ."""
    down, right = np.mgrid[:32, :32] - 15.5
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-3, 3)
    first, second = rng.uniform(0.0, 0.4, 3), rng.uniform(0.6, 1.0, 3)
    one_side = right * np.cos(angle) + down * np.sin(angle) > offset
    return np.where(one_side[..., None], first, second)


def _ramp(rng):
    down, right = np.mgrid[:32, :32][..., None] - 15.5
    ramp = down * rng.uniform(-1, 1, 3) + right * rng.uniform(-1, 1, 3)
    return 0.5 + 0.45 * ramp / np.abs(ramp).max()
