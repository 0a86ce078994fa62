# %% [markdown]
# # Film: what the next frame shows
#
# {{badge}}
#
# A film has a scratch that jumps from frame to frame. You could repair each frame as a separate photograph. But a film knows more than a
# photograph: **what is missing in one frame may stand in the next.**
#
# **You need** lessons [02](02_diffusion.ipynb) and [12](12_partial_unet.ipynb). No GPU, no internet. About 30 minutes.

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import evaluation, masks, metrics, plots, restoration, runtime, widgets

run = runtime.setup()

# %% [markdown]
# ## One frame and the next
#
# Our films are made from photographs, so we know the truth: 16 frames, with a little grain, as real film has. In the first the camera stands still,
# and three scratches wander over the picture.
#
# **Predict.** Take the pixels that are missing in a frame. How many of them does the next frame show?

# %%
still, wander = evaluation.known_film("still camera", "scratches that move", 1)
damaged = masks.damage(still, wander, 1.0)
seen = [(~wander[t + 1][wander[t]]).mean() for t in range(15)]
print(f"{wander.mean():.0%} of a frame is missing; the next one shows {np.mean(seen):.0%} of that")

# %%
plots.show_films(
    {"truth": still, "damaged": damaged},
    alt="A still photograph twice; over the right one three upright white scratches wander.",
    caption="Each scratch hides different strips in different frames.",
)

# %% [markdown]
# **Read.** Nine tenths of what a frame lacks stand in the next, in the same place. No method of Parts I to III looks there.
#
# ## Frame by frame
#
# First treat each frame as a photograph, with `harmonic` from lesson 02, and the network `best` from lesson 12.
#
# **Predict.** Each single frame will look nearly whole. What will you see when the film runs?

# %%
fills = {name: restoration.fill_frames(damaged, wander, name) for name in ("harmonic", "best")}

# %%
plots.show_films(
    {name: each[:, 10:70, 60:140] for name, each in {"truth": still, **fills}.items()},
    alt="The rim of a helmet stands still; in two repairs of it narrow torn strips wander over it.",
    caption="A quarter of the frame, enlarged. What no single frame shows: the repairs shimmer.",
)


# %% [markdown]
# **Read.** The truth stands still, and torn strips crawl over the repairs. In a film the eye
# catches what changes. So there are two scores: the error, and the *flicker*, how much the error changes from one frame to the next.


# %%
def flicker(true, predicted, holes):
    change = np.diff(predicted - true, axis=0)
    return np.sqrt((change[holes[1:] | holes[:-1]] ** 2).mean())


def score(fills, true, holes):
    for name, filled in fills.items():
        psnr = metrics.psnr(true, np.clip(filled, 0, 1), holes)
        print(f"{name:9s} PSNR {psnr:5.2f} dB   flicker {255 * flicker(true, filled, holes):5.2f}")


score(fills, still, wander)

# %% [markdown]
# **Read.** Flicker is in levels of 255, taken where either of two successive frames has a hole. The truth is subtracted first, because what moves
# in the *scene* is not flicker. The network errs less and flickers less, but it too cannot know what is hidden.
#
# ## The median over time
#
# Now look at the other frames: at each missing place, take the median of the frames that show it.
#
# **Predict.** Will that do when the camera stands still? And when it glides over the photograph, nearly two pixels a frame?


# %%
def temporal_median(frames, holes, reach=8):
    filled = frames.copy()
    for t, hole in enumerate(holes):
        around = slice(max(0, t - reach), t + reach + 1)
        shown = np.where(holes[around, hole, None], np.nan, frames[around, hole])
        filled[t, hole] = np.nanmedian(shown, axis=0)
    return filled


# %%
print("still camera")
score({"harmonic": fills["harmonic"], "median": temporal_median(damaged, wander)}, still, wander)

# %%
glide, _ = evaluation.known_film("moving camera", "scratches that move", 1)
scratched = masks.damage(glide, wander, 1.0)
gliding = {"harmonic": restoration.fill_frames(scratched, wander, "harmonic")}
gliding["median"] = temporal_median(scratched, wander)
print("moving camera")
score(gliding, glide, wander)

# %% [markdown]
# **Read.** Where nothing moves, the median is far ahead; the error that is left is the film's grain. Where the camera glides, the median is worse
# than not looking at all: the same *place* shows a different *thing* in each frame.
#
# ## Follow what moves
#
# *Optical flow* says for each pixel of a frame where it lies in the next one. OpenCV finds it by matching small squares (*dense
# inverse search*). In a hole there is nothing to match. `flow_pair` therefore fills the flow
# near holes from its surroundings and measures again. It gives the way there and the way back.
#
# **Predict.** The camera glides up by 0.7 pixels a frame and to the right by 1.6. Which way does the photograph move?

# %%
from course_lib.restoration import film

there, back = film.flow_pair(scratched[7], scratched[8], wander[7], wander[8])
right, down = np.median(there, axis=(0, 1))
print(f"from frame 7 to 8: {right:+.2f} to the right, {down:+.2f} down")
right, down = np.median(there[wander[7]], axis=0)
print(f"under the scratches: {right:+.2f} to the right, {down:+.2f} down")

# %% [markdown]
# **Read.** The opposite way, by about as much, even under the scratches, where nothing could be matched: this flow is nearly the same everywhere, so a hole
# in it is easy to fill.
#
# So walk from each missing pixel along the flow, frame by frame, until a frame shows it. A way is *trusted* if the way back leads home. Where
# something passes in front, it does not; what was found there counts a thousandth, beyond three frames nothing.


# %%
def walk(frames, holes, flows, start, step):
    """Colours that frames before (step -1) or after (1) show, and how much each counts."""
    places = np.argwhere(holes[start])[:, ::-1].astype(np.float32)  # column, row
    colours, weights = np.zeros((len(places), 3)), np.zeros(len(places))
    trusted, waiting = np.ones(len(places), bool), np.arange(len(places))
    last = np.array(holes[start].shape)[::-1] - 1
    for at in range(start + step, start + 9 * step, step):
        if not 0 <= at < len(frames):
            break
        there, back = flows[min(at, at - step)][::step]
        moved = film.sample(there, places[waiting])
        places[waiting] += moved
        trusted[waiting] &= film.returns_home(moved, film.sample(back, places[waiting]))
        inside = ((places[waiting] >= 0) & (places[waiting] <= last)).all(axis=1)
        waiting = waiting[inside]
        shown = film.sample(holes[at].astype(np.float32), places[waiting]) == 0
        found, waiting = waiting[shown], waiting[~shown]
        colours[found] = film.sample(frames[at], places[found])
        doubt = 1e-3 if abs(at - start) <= 3 else 0
        weights[found] = np.where(trusted[found], 1, doubt) / abs(at - start)
    return colours, weights


# %%
flows = [film.flow_pair(*scratched[t : t + 2], *wander[t : t + 2]) for t in range(15)]
filled, left = scratched.copy(), wander.copy()
for t, hole in enumerate(wander):
    (past, w_past), (future, w_future) = (walk(scratched, wander, flows, t, s) for s in (-1, 1))
    total = w_past + w_future
    mean = w_past[:, None] * past + w_future[:, None] * future
    filled[t, hole] = mean / np.maximum(total, 1e-9)[:, None]
    left[t, hole] = total == 0
gliding["motion"] = restoration.fill_frames(filled, left, "harmonic")
print(f"{left.sum() / wander.sum():.1%} of the missing pixels are found nowhere")
score(gliding, glide, wander)

# %%
plots.show_films(
    {"damaged": scratched, "harmonic": gliding["harmonic"], "motion": gliding["motion"]},
    alt="A photograph glides by: with scratches, with wandering notches, almost without a trace.",
    caption="Fill the flow, follow it, and inpaint only what was not found.",
)

# %% [markdown]
# **Read.** Colours from before and after are averaged, nearer ones counting more; only what was not found is filled by `harmonic`. In the library
# this is `restoration.fill_frames(frames, holes, "motion")`.
#
# **Predict.** In which frames does the median err most? Then move the slider.

# %%
widgets.film_frames(glide, wander, gliding)

# %% [markdown]
# **Read.** Here in frames 1 to 5; over many films, towards both ends. There most other frames lie on one side, and the camera has glided far. In
# the middle, what one side shows too far left, the other shows too far right.
#
# ## Many films, and one that nobody can help
#
# Now four kinds of films, each from two photographs. In two of them someone passes: a disc that hides what is behind it. In the last row the camera
# stands still and the scratches stay where they are.
#
# **Predict.** Where does looking into other frames not help?

# %%
methods = {
    name: lambda frames, holes, name=name: restoration.fill_frames(frames, holes, name)
    for name in ("harmonic", "median", "motion")
}
kinds = [(clip, "scratches that move") for clip in evaluation.CLIPS]
kinds += [("still camera", "scratches that stay")]
table = [evaluation.compare_on_films(methods, *kind, count=2) for kind in kinds]

# %%
import pandas as pd

pd.concat(table).pivot_table(
    index=["damage", "clip"], columns="method", values=["psnr_hole", "flicker"], sort=False
).round(1)

# %% [markdown]
# **Read.** Where the scratches stay and nothing moves: no frame shows what lies under them, so all three are the same. Where the scene moves,
# `motion` leads `harmonic` by 4 to 7 dB in the mean of two films, and the median helps nowhere. Where only the scratches move, the plain median
# beats even `motion`. More films, the network and lost blocks are in [RESULTS.md](../benchmarks/RESULTS.md), *Film*.
#
# ## Your own film
#
# `restore_video` reads a file and writes another, keeping seventeen frames at a time, so a film may be of any length. A film of your own has no
# known truth: `find_damage` proposes a mask for each frame, here of what is nearly white. It can also find thin bright or dark scratches, or a
# colour. Look at the masks before you repair. (Here all frames are held in memory while masks are found: begin with a short film.) Put your film's
# folder and name in place of these.

# %%
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp())
old = folder / "old.webm"
restoration.save_film(old, scratched)  # leave this out for your own film

frames = restoration.read_film(old) / 255
found = np.stack([restoration.find_damage(frame, "bright") for frame in frames])
done = restoration.restore_video(old, found, folder / "new.webm")
print(f"{done.frames} frames of {done.size}, {done.fraction:.1%} filled by {done.method}")

# %% [markdown]
# `print(done.target)` says where the result is. For a logo or a date that stays, one mask serves all frames. In a terminal:
# `python -m course_lib film old.webm --mask masks -o new.webm`. There the mask is a picture for all frames, a folder with a picture for each, or a
# film. A WebM is compressed again, known pixels too; a name in `.mkv` keeps them exactly. Sound is not kept.

# %% [markdown]
# ## Questions
#
# **1.** A logo stands in the corner of a film for its whole length. When does `motion` find what is under it?
#
# 1. Never: it is in every frame.
# 2. When the camera moves, or what is behind it does.
# 3. Always, if the reach is long enough.
#
# <details><summary>Answer</summary>
#
# **2.** Then what the logo hides now stood next to it before. 3: a longer reach finds nothing that no frame has shown.
# </details>
#
# **2.** Someone measures flicker as the mean change of the *repaired film* from frame to frame. A method makes every frame the same
# grey. What is its flicker?
#
# 1. Zero, the best there is.
# 2. As large as that of the truth.
# 3. It cannot be said.
#
# <details><summary>Answer</summary>
#
# **1.** Nothing changes in it. Our flicker subtracts the truth, so under a gliding camera a grey film flickers. Where nothing moves it hardly
# flickers, yet is wrong everywhere: give the error too.
# </details>

# %% [markdown]
# ## Key points
#
# * What is missing in one frame may stand in the next: look there before you invent.
# * Follow what moves: the same place shows another thing when the camera glides.
# * A film's repair has two scores, error and flicker. Measure flicker on the error, not the film.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# *The disc* moves six pixels a frame and covers a seventh of the picture. *The two rounds* of `flow_pair`: the first's flow within 3 pixels of a
# hole, or within 16 where the way back does not lead home, is filled in from ever larger surroundings; for the second, each hole holds what the
# other frame shows there. *Flicker* is dtSSD of the first reference, for colours and over holes. Every browser plays a `.webm`; `.webp` and `.gif`
# are for a few seconds; `.mp4` needs `pip install .[film]`.
# </details>
#
# ## References
#
# * Erofeev, Gitman, Vatolin, Fedorov, Wang: Perceptually Motivated Benchmark for Video Matting, BMVC 2015.
# * Kroeger, Timofte, Dai, Van Gool: [Fast Optical Flow using Dense Inverse Search](https://arxiv.org/abs/1603.03590), ECCV 2016.
# * Xu, Li, Zhou, Loy: [Deep Flow-Guided Video Inpainting](https://arxiv.org/abs/1905.02884), CVPR 2019. Completes the flow with a
#   network, then follows it as we do.
