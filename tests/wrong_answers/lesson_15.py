"""Wrong answers to exercise 15: (task, the verdict that names the mistake, the answer)."""

import numpy as np

# What can be found


def findable(holes, reach):
    return np.array(
        [
            1 - holes[max(0, t - reach) : t + reach + 1].all(axis=0)[hole].mean()
            for t, hole in enumerate(holes)
        ]
    )


def marks_its_work(holes, reach):
    shares = findable(holes, reach)
    holes[0] = False
    return shares


# The median


def published_median(frames, holes, glide):
    filled = frames.copy()
    for t, hole in enumerate(holes):
        shown = []
        for s, frame in enumerate(frames):
            moved = np.roll(frame, [(t - s) * step for step in glide], axis=(0, 1))
            moved[holes[s]] = np.nan
            shown.append(moved)
        found = hole & np.isfinite(shown).all(axis=-1).any(axis=0)
        filled[t, found] = np.nanmedian(np.array(shown)[:, found], axis=0)
    return filled


def rolled(frames, holes, glide, *, sign=1, with_mask=True):
    filled = frames.copy()
    for t, hole in enumerate(holes):
        shown = []
        for s, frame in enumerate(frames):
            steps = [sign * (s - t) * step for step in glide]
            moved = np.roll(frame, steps, axis=(0, 1))
            moved[np.roll(holes[s], steps, axis=(0, 1)) if with_mask else holes[s]] = np.nan
            shown.append(moved)
        found = hole & np.isfinite(shown).all(axis=-1).any(axis=0)
        filled[t, found] = np.nanmedian(np.array(shown)[:, found], axis=0)
    return filled


def by_pixel(frames, holes, glide, *, known=True, middle=np.median):
    filled = frames.copy()
    for t, row, column in np.argwhere(holes):
        shown = []
        for s, frame in enumerate(frames):
            y, x = row - (s - t) * glide[0], column - (s - t) * glide[1]
            inside = 0 <= y < frame.shape[0] and 0 <= x < frame.shape[1]
            if inside and (not holes[s, y, x] or not known):
                shown.append(frame[y, x])
        if shown:
            filled[t, row, column] = middle(shown, axis=0)
    return filled


def everywhere(frames, holes, glide):
    filled = by_pixel(frames, holes, glide)
    for t, row, column in np.argwhere(~holes):
        shown = []
        for s, frame in enumerate(frames):
            y, x = row - (s - t) * glide[0], column - (s - t) * glide[1]
            if 0 <= y < frame.shape[0] and 0 <= x < frame.shape[1] and not holes[s, y, x]:
                shown.append(frame[y, x])
        filled[t, row, column] = np.median(shown, axis=0)
    return filled


def in_place(frames, holes, glide):
    result = by_pixel(frames, holes, glide)
    frames[:] = result
    return frames


# The flicker


def changes(true, predicted, glide):
    """The error of each point in the next frame less that in this one, (T - 1, points, 3)."""
    rows, columns = np.mgrid[: true.shape[1], : true.shape[2]]
    y, x = rows - glide[0], columns - glide[1]
    inside = (y >= 0) & (y < true.shape[1]) & (x >= 0) & (x < true.shape[2])
    error = predicted - true
    return error[1:, y[inside], x[inside]] - error[:-1, rows[inside], columns[inside]]


WRONG = [
    ("15_1", "only later frames", lambda h, r: np.array(
        [1 - h[t : t + r + 1].all(axis=0)[one].mean() for t, one in enumerate(h)])),
    ("15_1", "changes its input", marks_its_work),
    ("15_1", "share of all pixels", lambda h, r: np.array(
        [(one & ~h[max(0, t - r) : t + r + 1].all(axis=0)).mean() for t, one in enumerate(h)])),
    ("15_1", "wrong shape", lambda h, r: findable(h, r)[:, None]),
    ("15_1", "wrong values", lambda h, r: findable(h, r + 1)),
    ("15_1", "the lost share", lambda h, r: 1 - findable(h, r)),
    ("15_2", "nothing mended", published_median),
    ("15_2", "2 faults left", lambda f, h, g: rolled(f, h, g, with_mask=False)),
    ("15_2", "2 faults left", lambda f, h, g: rolled(f, h, g, sign=-1)),
    ("15_2", "wraps around the border", rolled),
    ("15_2", "holes taken for known", lambda f, h, g: by_pixel(f, h, g, known=False)),
    ("15_2", "mean instead of median", lambda f, h, g: by_pixel(f, h, g, middle=np.mean)),
    ("15_2", "rows and columns exchanged", lambda f, h, g: by_pixel(f, h, g[::-1])),
    ("15_2", "known pixels changed", everywhere),
    ("15_2", "changes its input", in_place),
    ("15_2", "wrong values", lambda f, h, g: f),
    ("15_3", "nothing mended", lambda t, p, g: np.abs(p[1:] - p[:-1]).mean()),
    ("15_3", "truth not subtracted", lambda t, p, g: ((p[1:] - p[:-1]) ** 2).mean() ** 0.5),
    ("15_3", "the same place", lambda t, p, g: np.sqrt((np.diff(p - t, axis=0) ** 2).mean())),
    ("15_3", "wraps around the border", lambda t, p, g: np.sqrt(
        ((np.roll((p - t)[1:], g, axis=(1, 2)) - (p - t)[:-1]) ** 2).mean())),
    ("15_3", "standard deviation", lambda t, p, g: changes(t, p, g).std()),
    ("15_3", "a root for each pair of frames", lambda t, p, g: np.mean(
        [np.sqrt((one**2).mean()) for one in changes(t, p, g)])),
    ("15_3", "wrong values", lambda t, p, g: np.sqrt(((p - t) ** 2).mean())),
    ("15_4", "overlap ignored", lambda q, r: np.sqrt(2 - 2 * r)),
    ("15_4", "correlation ignored", lambda q, r: np.sqrt(2 / (2 - q))),
    ("15_4", "no root", lambda q, r: 2 * (1 - q * r) / (2 - q)),
    ("15_4", "pixels counted twice", lambda q, r: (1 - q * r) ** 0.5),
    ("15_4", "come or go, not both", lambda q, r: np.sqrt((1 + q - 2 * q * r) / (2 - q))),
    ("15_4", "wrong values", lambda q, r: np.sqrt(2 * (1 - r) * q + (1 - q))),
]  # fmt: skip
