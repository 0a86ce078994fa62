"""Checks of exercise 03: isophotes, what is carried along them, and edges through a hole."""

import itertools
from functools import partial

import numpy as np
from scipy import ndimage

from course_lib import classical, masks, metrics
from course_lib.checks._compare import as_function, check_function, mistake_rows
from course_lib.checks._kinds import fills, function_task
from course_lib.checks._task import task, wrong


def _central(grey):
    return np.gradient(grey)


def _wrapping(grey):
    return [(np.roll(grey, -1, axis) - np.roll(grey, 1, axis)) / 2 for axis in (0, 1)]


def _forward(grey):
    return [
        np.diff(grey, axis=0, append=grey[-1:]),
        np.diff(grey, axis=1, append=grey[:, -1:]),
    ]


def _isophotes(
    grey,
    *,
    turn=lambda down, right: (-right, down),
    slopes=_central,
    norm=np.hypot,
    power=1,
    faintest=0,
):
    """Steps (H, W, 2) of length 1 along the isophotes, with the ways to get it wrong."""
    down, right = slopes(grey)
    length = norm(down, right) ** power
    length = np.where(length > faintest, length, np.inf)
    return np.stack(turn(down, right), axis=-1) / length[..., None]


def _turned(*turns):
    """Steps of these turns, of length 1 and of any other that a learner may leave them."""
    return tuple(
        partial(_isophotes, turn=turn, power=power) for turn in turns for power in (1, 0, 2)
    )


def _of_all_pixels(grey, *, length):
    """Steps divided by one number, the length of all of them together."""
    down, right = np.gradient(grey)
    steps = np.stack([-right, down], axis=-1)
    return steps / (length(steps) or 1)


def _by_angle(grey):
    angle = np.arctan2(*np.gradient(grey))
    return np.stack([-np.cos(angle), np.sin(angle)], axis=-1)


def _padded(*, outside=0, inside=0):
    return lambda down, right: np.sqrt(down**2 + right**2 + inside) + outside


def _pictures(rng):
    """Smooth noise with and without a flat part, a ramp, a faint one, and nothing but flat."""
    while True:  # until no slope is so faint that a millionth matters
        noise = ndimage.gaussian_filter(rng.uniform(0, 1, (9, 13)), 1)
        flat = noise.copy()
        flat[4:, 6:] = 0.5
        steep = np.hypot(*np.gradient(np.stack([noise, flat]), axis=(1, 2)))
        if steep[steep > 0].min() > 1.5e-3:
            break
    down, right = np.mgrid[:9, :13]
    angle = rng.uniform(0, 2 * np.pi)
    ramp = 0.5 + 0.03 * (down * np.sin(angle) + right * np.cos(angle))
    return {
        "a picture of many shades": (noise,),
        "a picture with a flat part": (flat,),
        "a ramp": (ramp,),
        "a faint ramp": (0.5 + (ramp - 0.5) / 40,),  # slopes of 0.00075
        "a picture of one shade": (np.full((9, 13), 0.3),),
    }


task_03_1 = function_task(
    "03_1",
    right=_isophotes,
    inputs=_pictures,
    tolerance=3e-3,  # for who adds a millionth to the length
    dtype=float,
    praise="Who walks so stays as bright as before.",
    mistakes={
        "slope not turned": (
            _turned(lambda down, right: (down, right), lambda down, right: (-down, -right)),
            "This is the slope itself, straight up or down the hill: along a line of equal "
            "brightness it is turned by 90 degrees.",
        ),
        "turned the other way": (
            _turned(lambda down, right: (right, -down)),
            "The line is the right one, but the brighter side is on the left hand: walk it the "
            "other way.",
        ),
        "rows and columns mixed up": (
            _turned(lambda down, right: (down, -right), lambda down, right: (-down, right)),
            "np.gradient gives the slope down the rows first, and a step is (down, right): one of "
            "the two pairs is taken in the other order.",
        ),
        "slope not turned, rows and columns mixed up": (
            _turned(lambda down, right: (right, down), lambda down, right: (-right, -down)),
            "The two components change places and one changes its sign: in yours both signs are "
            "alike.",
        ),
        "divided by the wrong length": (
            partial(_isophotes, norm=lambda down, right: np.abs(down) + np.abs(right)),
            "The length of a step is the root of its squared components, summed.",
        ),
        "length not 1": (
            (partial(_isophotes, power=0), partial(_isophotes, power=2)),
            "The direction is right, but a step has length 1 wherever the picture is not flat: "
            "divide by the length, the root of the squared slopes, summed.",
        ),
        "one length for all pixels": (
            tuple(
                partial(_of_all_pixels, length=length)
                for length in (
                    np.linalg.norm,
                    lambda steps: np.linalg.norm(steps, axis=-1).max(),
                    lambda steps: np.abs(steps).max(),
                )
            ),
            "All steps are divided by the same number: each pixel has a length of its own.",
        ),
        "length padded": (
            (
                *(partial(_isophotes, norm=_padded(outside=e)) for e in (1e-3, 1e-4, 1e-5)),
                *(partial(_isophotes, norm=_padded(inside=e)) for e in (1e-4, 1e-6, 1e-8)),
            ),
            "The small number that keeps 0 / 0 away makes faint steps too short: divide by the "
            "length itself, and by 1 where it is 0.",
        ),
        "a step where all is flat": (
            _by_angle,
            "Where both slopes are 0 there is no direction, and the step is (0, 0); an angle "
            "always gives one.",
        ),
        "wraps around the border": (
            partial(_isophotes, slopes=_wrapping),
            "At the border the slope is taken from the opposite one: np.roll does so, np.gradient "
            "does not.",
        ),
        "faint taken for flat": (
            partial(_isophotes, faintest=1e-3),
            "A faint slope has a direction as well: only where both slopes are exactly 0 is the "
            "step 0.",
        ),
        "slope from one side": (
            partial(_isophotes, slopes=_forward),
            "np.gradient takes the slope from both neighbours, half the difference of the next "
            "pixel and the one before.",
        ),
    },
)


FAULTS = {  # of the published code, in the order in which they are told
    "rows and columns mixed up": "np.gradient gives the slope down the rows first, then the one to "
    "the right.",
    "brightness carried": "Nothing moves, or nothing that helps: along its own isophotes the "
    "brightness is constant. What does the lesson carry?",
    "length not 1": "The step along the isophote is divided by the square of its length: it is to "
    "have length 1.",
    "known pixels drift": "Known pixels change from step to step and come back at the very end; "
    "meanwhile the hole is filled from the wrong rim.",
}


def _laplacian(grey):
    around = np.pad(grey, 1, mode="edge")
    return around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:] - 4 * grey


def _steepness(grey, along):
    """|gradient|, from the side that the change comes from."""
    rows = np.diff(grey, axis=0, prepend=grey[:1], append=grey[-1:])
    columns = np.diff(grey, axis=1, prepend=grey[:, :1], append=grey[:, -1:])
    sign = np.sign(along)
    ahead = [(sign * step).clip(min=0) for step in (rows[1:], columns[:, 1:])]
    behind = [(sign * step).clip(max=0) for step in (rows[:-1], columns[:, :-1])]
    return np.sqrt(sum(step**2 for step in ahead + behind))


def _turn(down, right, of_down, of_right):
    return of_right * down - of_down * right


def _carry(
    grey, mask, steps, *, faults=(), of_start=False, change=_turn, length=None, at_the_end=True
):
    """Transport of the Laplacian, with the faults of the published code and other ways to fail."""
    fill = grey
    for _ in range(steps):
        down, right = np.gradient(fill)
        if "rows and columns mixed up" in faults:
            down, right = right, down
        carried = fill if "brightness carried" in faults else _laplacian(grey if of_start else fill)
        squared = down**2 + right**2 + 1e-6
        size = squared if "length not 1" in faults else np.sqrt(squared)
        along = change(down, right, *np.gradient(carried)) / (length or size)
        fill = fill + 0.1 * along * _steepness(fill, along)
        if "known pixels drift" not in faults:
            fill = np.where(mask, fill, grey)
    return np.where(mask, fill, grey) if at_the_end else fill


def _with_any_of(faults):
    """``_carry`` with the first of these faults and any of those after it."""
    first, *others = faults
    return tuple(
        partial(_carry, faults=(first, *more))
        for count in range(len(others), -1, -1)
        for more in itertools.combinations(others, count)
    )


LAST_TWO = ("length not 1", "known pixels drift")
CARRIED = mistake_rows(
    {name: (_with_any_of(list(FAULTS)[k:]), why) for k, (name, why) in enumerate(FAULTS.items())}
    | {
        "carried the other way": (
            tuple(
                partial(_carry, change=lambda *slopes: -_turn(*slopes), faults=faults)
                for faults in ((), ("length not 1",), ("known pixels drift",), LAST_TWO)
            ),
            "It walks with the brighter side on the left. Both calls of np.gradient give the slope "
            "down the rows first, and the published difference of two products was no fault.",
        ),
        "known pixels never put back": (
            partial(_carry, faults=("known pixels drift",), at_the_end=False),
            "Known pixels change from step to step and stay so: put them back after every step.",
        ),
        "slope not turned": (
            partial(
                _carry,
                change=lambda down, right, of_down, of_right: of_down * down + of_right * right,
            ),
            "This is how the Laplacian changes up the hill: along the isophote the slope is turned "
            "by 90 degrees.",
        ),
        "Laplacian of the start": (
            partial(_carry, of_start=True),
            "The Laplacian is taken once, of the picture handed in: it changes with the fill, step "
            "by step.",
        ),
        "not divided by the length": (
            partial(_carry, length=1),
            "The turned slope is not divided by anything: its length is the slope's, not 1.",
        ),
        "mask inverted": (
            lambda grey, mask, steps: _carry(grey, ~mask, steps),
            "The known pixels changed and the missing ones stayed: True = hole.",
        ),
    }
)


@task("03_2", mistakes=CARRIED)
def task_03_2(carry):
    """Check ``carry(grey, mask, steps)`` against transport, step for step."""
    inputs = _drawings(np.random.default_rng())
    check_function(carry, _carry, inputs, mistakes=CARRIED, tolerance=APART)
    return "The Laplacian is carried, the rim stands still."


APART = 1e-4  # what two answers may differ by; what has another name differs by more


def _drawings(rng):
    """Smooth noise with a hole inside, such that every mistake shows at some pixel."""
    mask = np.zeros((16, 18), bool)
    mask[4:12, 5:13] = True
    while True:
        grey = ndimage.gaussian_filter(rng.uniform(-1, 2, (16, 18)), 1.2)
        grey = (grey - grey.min()) / np.ptp(grey)
        if _all_names_differ(grey, mask, 12):
            return {"one step": (grey, mask, 1), "twelve steps": (grey, mask, 12)}


def _all_names_differ(*given):
    """Whether no two mistakes of different names look alike, and none as the right answer."""
    fills = [("right", _carry(*given)), *((row.name, row.compute(*given)) for row in CARRIED)]
    return np.abs([fill for _, fill in fills]).max() < 20 and all(
        np.abs(one - other).max() > 4 * APART
        for (name, one), (other_name, other) in itertools.combinations(fills, 2)
        if name != other_name
    )


SEED = 12  # of the pictures
GAIN, RAMP = 3.0, 40.0  # dB


@task("03_3", seconds=60, work="12 pictures")
def task_03_3(draw_through):
    """Check ``draw_through`` on edges (3 dB above harmonic) and ramps (40 dB)."""
    function = as_function(draw_through)
    square = masks.squares(1, 32, side=12)[0]
    edges, ramps = _edges_and_ramps(SEED)
    drawn = _fills(function, edges, square)
    if np.allclose(drawn[:1], _fills(classical.bertalmio, edges[:1], square), atol=1e-3):
        wrong(
            "edges carried",
            "This is `classical.bertalmio`, which carries an edge pixel by pixel and finds no "
            "direction: find it, then draw.",
        )
    on_edges = _psnr(drawn, edges, square)
    on_ramps = _psnr(_fills(function, ramps, square), ramps, square)
    harmonic = _psnr(_fills(classical.harmonic, edges, square), edges, square)
    if on_edges < harmonic + GAIN and _two_coloured(drawn, edges, square):
        wrong(
            "edges misplaced",
            f"The edges are sharp, but do not run where they should: {on_edges:.1f} dB, harmonic "
            f"{harmonic:.1f}; it must gain {GAIN:.0f} dB. Are they straight? Look at one.",
        )
    if on_edges < harmonic:
        wrong(
            "worse than harmonic",
            f"On edges your fill has {on_edges:.1f} dB, harmonic {harmonic:.1f}: places or colours "
            "are wrong. Look at one.",
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


def _edges_and_ramps(seed):
    """Eight edges and four ramps, the same at every call: an answer that just passes does so again.

    The edges' angles are spread over the circle, so that no seed draws easy ones only.
    """
    rng = np.random.default_rng(seed)
    angles = 2 * np.pi * (np.arange(8) + rng.uniform(0, 1, 8)) / 8
    return (
        np.stack([_edge(rng, angle) for angle in angles]),
        np.stack([_ramp(rng) for _ in range(4)]),
    )


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


def _edge(rng, angle):
    """One straight edge near the centre, between two colours that differ."""
    down, right = np.mgrid[:32, :32] - 15.5
    offset = rng.uniform(-3, 3)
    first, second = rng.uniform(0.0, 0.4, 3), rng.uniform(0.6, 1.0, 3)
    one_side = right * np.cos(angle) + down * np.sin(angle) > offset
    return np.where(one_side[..., None], first, second)


def _ramp(rng):
    down, right = np.mgrid[:32, :32][..., None] - 15.5
    ramp = down * rng.uniform(-1, 1, 3) + right * rng.uniform(-1, 1, 3)
    return 0.5 + 0.45 * ramp / np.abs(ramp).max()
