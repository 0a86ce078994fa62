"""Films whose truth is known, damaged in several ways, and what methods make of them."""

import numpy as np
import pandas as pd

from course_lib import clips, masks, metrics
from course_lib._validation import (
    OVERSHOOT,
    brief,
    check_answer,
    check_count,
    check_dict,
    is_one_of,
)

FRAMES, SIZE = 16, (120, 160)
SEEDS = 100  # the first film's; nothing was tried out on these
PHOTOS = ("coffee", "astronaut", "rocket", "grace_hopper")
GLIDES = ((0.4, 2.3), (-0.7, 1.6), (0.2, -3.1), (0.5, 1.9))  # pixels a frame, down and right
CLIPS = {  # of photograph and glide: what stands still, what moves
    "still camera": lambda name, glide, seed: clips.moving(name, FRAMES, SIZE, seed=seed),
    "moving camera": lambda name, glide, seed: clips.moving(
        name, FRAMES, SIZE, camera=glide, seed=seed
    ),
    "someone passes": lambda name, glide, seed: clips.moving(
        name, FRAMES, SIZE, passer="chelsea", seed=seed
    ),
    "both move": lambda name, glide, seed: clips.moving(
        name, FRAMES, SIZE, camera=np.multiply(glide, 0.6), passer="chelsea", seed=seed
    ),
}
DAMAGE = {
    "scratches that move": lambda seed: clips.scratches(FRAMES, SIZE, lines=3, seed=seed),
    "scratches that stay": lambda seed: clips.scratches(FRAMES, SIZE, lines=3, step=0, seed=seed),
    "lost blocks": lambda seed: clips.lost_blocks(FRAMES, SIZE, share=0.04, seed=seed),
}


def known_film(clip, damage, number):
    """One of the films that methods are compared on.

    Args:
        clip: a name in CLIPS; damage: one in DAMAGE.
        number: which one, 0 or more: photographs, places and glides differ.

    Returns:
        (frames float32 (16, 120, 160, 3), holes bool (16, 120, 160)): the truth, and what is
        missing.

    Raises:
        ValueError: if there is no such clip or damage, or number is not a whole number, 0 or more.

    Example:
        >>> frames, holes = known_film("moving camera", "lost blocks", 0)
        >>> frames.shape, bool(0.01 < holes.mean() < 0.1)
        ((16, 120, 160, 3), True)
    """
    for word, known in ((clip, CLIPS), (damage, DAMAGE)):
        if not is_one_of(word, known):
            names = ", ".join(f'"{name}"' for name in known)
            raise ValueError(f"there is no {brief(word)} among the films: say one of {names}.")
    number = check_count("number", number)
    name = PHOTOS[number % len(PHOTOS)]
    glide = GLIDES[number % len(GLIDES)]
    return CLIPS[clip](name, glide, SEEDS + number), DAMAGE[damage](SEEDS + number)


def compare_on_films(methods, clip, damage, count):
    """Error and flicker of several methods on several films of one kind.

    Args:
        methods: dict, name -> function (frames (T, H, W, 3), holes (T, H, W)) -> frames.
        clip, damage: as for ``known_film``.
        count: films.

    Returns:
        pandas.DataFrame, a row for each film and method: clip, damage, film, method, psnr_hole
        (dB), flicker (of 255 levels).

    Raises:
        TypeError, ValueError: if an argument is not as above.
    """
    for name, method in check_dict("methods", methods, "function").items():
        if not callable(method):
            raise TypeError(
                f"{name} is {brief(method)}: pass a function (frames, holes) -> frames."
            )
    rows = []
    for number in range(check_count("count", count, lowest=1)):
        frames, holes = known_film(clip, damage, number)
        hurt = masks.damage(frames, holes)
        for name, method in methods.items():
            answer = method(hurt.copy(), holes.copy())  # a method may change what it gets
            filled = np.clip(check_answer(answer, hurt, holes, name, OVERSHOOT), 0, 1)
            rows.append(
                {
                    "clip": clip, "damage": damage, "film": number, "method": name,
                    "psnr_hole": metrics.psnr(frames, filled, holes),
                    "flicker": 255 * metrics.flicker(frames, filled, holes),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)
