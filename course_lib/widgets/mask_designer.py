"""Design a mask: a family, and sliders of its own for each."""

import ipywidgets

from course_lib import masks, plots
from course_lib._validation import brief, is_one_of
from course_lib.widgets.explore import explore

# Each family: its sliders, and what it draws with their values.
SLIDERS = {
    "lines": {"lines": (1, 20, 1, 5), "thickness": (1, 6)},
    "brush strokes": {},
    "square": {"side": (1, 24, 1, 12)},
    "pixels": {"missing": (0.05, 0.95, 0.05, 0.9)},
    "bucket": {"per_cent": (10, 20)},
}
DRAWN = {
    "lines": lambda size, seed, lines, thickness: masks.random_lines(
        1, size, lines=(lines, lines), thickness=(thickness, thickness), seed=seed
    ),
    "brush strokes": lambda size, seed: masks.brush_strokes(1, size, seed=seed),
    "square": lambda size, seed, side: masks.squares(1, size, side=side, seed=seed or None),
    "pixels": lambda size, seed, missing: masks.random_pixels(1, size, fraction=missing, seed=seed),
    "bucket": lambda size, seed, per_cent: masks.in_bucket(
        1, size, low=per_cent[0] / 100, high=per_cent[1] / 100, seed=seed
    ),
}


def mask_designer(family="square", *, size=32):
    """Sliders that design a mask: the mask, its pixels' depth, its mean depth and hole fraction.

    Args:
        family: the one to begin with: "lines", "brush strokes", "square" (seed 0: in the middle),
            "pixels" or "bucket" (irregular holes by their share of the picture, in per cent).
        size: side of the masks, pixels, above 24.

    Returns:
        Exploration: shows itself when it is the last line of a cell.

    Raises:
        ValueError: if there is no such family, or size is not as above.

    Example:
        >>> designer = mask_designer("pixels")
        >>> designer.controls["missing"].value = 0.5
        >>> designer.alt
        'A mask of pixels, 50 % missing; its depth map: mean depth 1.04 px, deepest 2.0 px.'
    """
    if not is_one_of(family, SLIDERS):
        raise ValueError(f"family is {brief(family)}: pass one of {', '.join(SLIDERS)}.")

    def mask(family, seed, **values):
        own = {name: values[name] for name in SLIDERS[family]}
        return DRAWN[family](size, seed, **own)[0]

    controls = {
        "family": ipywidgets.Dropdown(options=[*SLIDERS], value=family, description="family")
    }
    for sliders in SLIDERS.values():
        controls |= sliders
    controls["per_cent"] = ipywidgets.IntRangeSlider(
        value=(10, 20), min=0, max=90, description="per cent"
    )
    designer = explore(
        lambda **values: plots.depth_map({values["family"]: mask(**values)}),
        alt=lambda **values: _describe(values["family"], mask(**values)),
        caption="Yellow is far from anything known. Find two masks with the same mean depth.",
        **controls,
        seed=(0, 20),
    )

    def show_own_sliders(change=None):
        own = {"family", "seed", *SLIDERS[designer.controls["family"].value]}
        for name, control in designer.controls.items():
            control.layout.display = "flex" if name in own else "none"

    designer.controls["family"].observe(show_own_sliders, "value")
    show_own_sliders()
    return designer


def _describe(family, mask):
    depth = masks.hole_depth(mask)
    return (
        f"A mask of {family}, {100 * mask.mean():.0f} % missing; its depth map: mean depth "
        f"{depth[mask].mean():.2f} px, deepest {depth.max():.1f} px."
    )
