# %% [markdown]
# # Many answers
#
# {{badge}}
#
# A hole has many right answers. Which one is asked for: the mean of them, one that could be true, or all? Lesson 07 had all three from a Gaussian. Here
# networks give them: one that has seen no other picture, one that a critic has trained, and one that makes pictures out of noise.
#
# **You need** lessons 06, [07](07_gaussian_world.ipynb), 12 and [13](13_showdown.ipynb). No GPU, no internet, no training.
# About 30 minutes.

# %%
# {{launch}}

# %%
import itertools

import numpy as np
import pandas as pd

from course_lib import (
    classical,
    data,
    evaluation,
    generative,
    masks,
    metrics,
    models,
    plots,
    runtime,
    widgets,
)

run = runtime.setup()

# %% [markdown]
# ## A network that has seen no other picture
#
# Take an untrained network, feed it *noise* that never changes, and train it to draw the known pixels of one picture. What it draws in the hole
# nobody has asked for: it comes from the network's shape alone (Ulyanov and others, 2018).
#
# **Predict.** The error of the known pixels falls with every step. And the error in the hole?

# %%
photo = data.photo("coffee")[100:228:2, 200:328:2].astype(np.float32)  # 64 x 64 pixels
strokes = masks.brush_strokes(1, 64, seed=1)[0]
looks = generative.deep_image_prior(photo, strokes, steps=run.count(400, full=600), seed=0)
steps, losses, fills = zip(*looks, strict=True)
scores = [metrics.psnr(photo, fill, strokes) for fill in fills]
best = int(np.argmax(scores))

# %%
in_hole = {"hole": (steps, scores), "known pixels": (steps, [-10 * np.log10(x) for x in losses])}
plots.show(
    plots.curves(in_hole, title="When to stop", xlabel="steps", ylabel="PSNR (dB)"),
    alt="The curve of the known pixels rises; that of the hole has its best early and falls.",
    caption="The known pixels do not say when the hole is best.",
)
plots.show(
    [masks.damage(photo, strokes), fills[0], fills[best], fills[-1], photo],
    titles=["damaged", f"step {steps[0]}", f"step {steps[best]}", f"step {steps[-1]}", "truth"],
    alt="A photograph with strokes missing; the fill gets from blurred to one with its own specks.",
    caption="One training of one picture: another start has its best step elsewhere.",
)

# %% [markdown]
# **Read.** On ten pictures the best step lies between 40 and 580, and stopping at step 600 instead costs 1.7 dB on average
# ([results](../benchmarks/RESULTS.md), *A deep image prior*). You cannot see which step is best, and even there it is 3.2 dB behind
# `harmonic` on these holes, for 14 seconds of computing a picture.
#
# ## The price of looking right
#
# Now fills of 1,000 pictures of CIFAR-10, their middle 16 × 16 pixels missing. Three come from one network that was trained three times, with one thing changed, its loss:
# squared error; with a *perceptual* term, in which a classifier's features must match; with an *adversarial* term, in which a critic, trained beside it, must take the fill for true.
#
# We ask two questions. Is *this* fill near *this* truth? That is its PSNR. And do the thousand fills, *as a set*, look like true pictures? A first examiner compares
# mean and covariance of our classifier's features (Fréchet distance, less what chance makes of true pictures). A second sees only how strong edges are in the hole, and says of
# single pictures whether they are filled: 50 % right is chance.
#
# **Predict.** Where lie mean and sample of lesson 07's Gaussian? Is any fill first in both?

# %%
plane = evaluation.likeness_scores()
plots.show(
    plots.likeness(plane),
    alt="Two charts with a named point for each fill. Means lie above and to the right; the "
    "samples and the critic's network lie below and to the left.",
    caption="Above: near the truth. Left: like true pictures. Bars: 95 % intervals over pictures; "
    "in the left chart, of the distance from squared error.",
)
plane.set_index("fill")[["psnr_hole", "unlike", "told_apart"]].round(2)

# %%
patches, _ = evaluation.frozen_patches()
patch, square = patches[8], masks.squares(1, side=16)[0]
four = patches[[8, 3, 5, 1]]
shown = [*masks.damage(four, square)]
for loss in ("squared", "adversarial"):
    shown += [*models.inpaint(models.load_pretrained(f"looks_{loss}"), four, square)]
plots.show(
    [*shown, *four],
    titles=[kind for kind in ("damaged", "squared error", "adversarial", "truth") for _ in four],
    columns=4,
    alt="Four patches: smooth fills; specks by the critic, framed in three; the truths.",
    caption="Patches of photographs. The networks have seen CIFAR-10 alone.",
)

# %% [markdown]
# **Read.** No fill is first in both. Mean and squared error lead by two decibels and more; in over 90 of 100 cases the second examiner tells them from the truth.
# With the diffusion's and the flow's samples, which come below, it is right in 67 and 73. The Gaussian's sample costs 2.9 dB of its mean, the 3 dB of lesson 07. The perceptual term changes little.
#
# Blau and Michaeli (2018) proved that it must be so: at the front, who gains on one axis pays on the other. And the critic's fill is no sample: one hole, one answer. On photographs it
# puts the same kind of specks into every hole, often in a frame.
#
# ## From a picture to noise and back
#
# How does a network draw a sample? Mix a picture $x$ with noise $z$: at time $t$ there is $a(t)\,x + b(t)\,z$, from the picture at $t = 0$ to pure noise at $t = 1$. A network is shown such
# mixtures and told $t$, and learns which picture is in there. With squared error: so it says the *mean* of all pictures that could be.
#
# **Predict.** What does it say at $t = 1$?

# %%
network = models.load_pretrained("diffusion")
guess = generative.guesser(network, generative.COSINE)
times = (0.2, 0.5, 0.8, 1.0)
noise = np.random.RandomState(0).standard_normal(patch.shape)
noisy = [generative.COSINE.mix(2 * patch - 1, noise, time) for time in times]
guesses = [guess(one[None], time)[0] for one, time in zip(noisy, times, strict=True)]
drawn = generative.diffuse(guess, 4, steps=100, seed=1)

# %%
plots.show(
    [*(np.clip((one + 1) / 2, 0, 1) for one in noisy + guesses), *drawn],
    titles=[f"t = {time}" for time in times] + ["its guess"] * 4 + ["100 steps back"] * 4,
    columns=4,
    alt="A patch in more and more noise; guesses that end in one blur; four new pictures.",
    caption="The more noise, the more pictures are possible, and the blurrier their mean.",
)

# %% [markdown]
# **Read.** One guess from noise is a blur, the mean of all pictures: lesson 06 once more. The bottom row went back from noise in a hundred small steps: a little of
# the guess, a little fresh noise, a new guess of what is there now. It shows light, colours and edges of photographs, and things that are nothing.
#
# ## A hole for a model that knows no holes
#
# It was trained without a single mask. RePaint (Lugmayr and others, 2022) fills holes with it all the same: after every step back, put in the known pixels, with as much noise as
# belongs to that time. But the step did not know them, so hole and surroundings do not fit. Hence the trick, *resampling*: one step on into noise and back again, a few times. Now
# the hole can answer to what is known. This is the algorithm.


# %%
def repaint(guess, images, mask, steps, resamplings, seed):
    random, path, hole = np.random.RandomState(seed), generative.COSINE, mask[..., None]
    true = 2 * np.where(hole, 0.5, images) - 1
    noisy = random.standard_normal(true.shape)
    for later, earlier in itertools.pairwise(generative.step_times(steps)):
        of_picture, of_noisy, fresh = generative.backward_step(path, earlier, later)
        scale, spread = generative.forward_step(path, earlier, later)
        for again in reversed(range(resamplings if earlier > 0 else 1)):
            known = path.mix(true, random.standard_normal(true.shape), earlier)
            filled = of_picture * guess(noisy, later) + of_noisy * noisy
            filled += fresh * random.standard_normal(true.shape)
            together = np.where(hole, filled, known)
            if again:
                noisy = scale * together + spread * random.standard_normal(true.shape)
        noisy = together
    return np.where(hole, np.clip((noisy + 1) / 2, 0, 1), images)


# %% [markdown]
# Eight fills of one hole. **Predict.** Does resampling make them more alike, or less? And where in the square will they differ least?

# %%
eight = np.repeat(patch[None], 8, axis=0)
steps = runtime.share(50)
fills = {u: repaint(guess, eight, square, steps, u, seed=0) for u in (1, 10)}
spread = {u: np.sqrt(one.var(axis=0, ddof=1).mean(axis=-1)) for u, one in fills.items()}
inner = masks.squares(1, side=8)[0]
rim = square & ~masks.squares(1, side=14)[0]
for u, one in spread.items():
    middle, edge = one[inner].mean(), one[rim].mean()
    print(f"resamplings {u:2}: spread {edge:.2f} at the rim, {middle:.2f} inside")

# %%
plots.show(
    [*fills[1], *fills[10]],
    titles=["no resampling"] * 8 + ["10 resamplings"] * 8,
    columns=8,
    alt="Eight fills without resampling show eight things of their own; with ten resamplings they "
    "take up the colours around the hole, and some of them the rim of the cup.",
    caption="Without resampling the hole does not listen; with it they begin at what is around.",
)
plots.show(
    [masks.damage(patch, square), patch, spread[1], spread[10]],
    titles=["damaged", "truth", "spread, none", "spread, 10"],
    alt="A damaged patch, its truth, and two maps: wide spread all over the square without "
    "resampling; less of it with ten, and least at the rim.",
    caption="Where the eight fills differ: one map for each row.",
)

# %% [markdown]
# **Read.** Without resampling eight things stand in the square that have little to do with what is around. With ten, the fills take up its colours, and a few the rim of the cup:
# they agree where the known is near, and differ inside.
#
# Now move it yourself. **Predict.** What does a fill gain between step 5 of 25 and step 25?

# %%
widgets.many_fills(guess, patch, square)

# %% [markdown]
# **Read.** Stopped early, the guess is smooth: still a mean of much that could be. Every step decides a little more, and each fill decides otherwise.
#
# And the price? Over many patches, we compare one fill with the mean of eight, and ask the fills whether they know how far they are off: in five groups of pixels, the surest first.

# %%
many = patches[: run.count(40, full=100)]
few = {"steps": runtime.share(25), "resamplings": 5}
eights = np.stack([generative.repaint(guess, many, square, **few, seed=k) for k in range(8)])
middle = eights.mean(axis=0)
one_fill = np.mean([metrics.psnr(many, fill, square) for fill in eights])
print(f"one fill       {one_fill:.1f} dB")
print(f"mean of eight  {metrics.psnr(many, middle, square):.1f} dB")
smooth = np.stack([classical.harmonic(one, square) for one in many])
print(f"harmonic       {metrics.psnr(many, smooth, square):.1f} dB")

# %%
promised = np.sqrt(eights.var(axis=0, ddof=1).mean(axis=-1))
holes = np.repeat(square[None], len(many), axis=0)
evaluation.calibration(promised, middle - many, holes).round(3)

# %% [markdown]
# **Read.** Had the truth been drawn like the fills, the mean of eight would be $10 \log_{10} \frac{2}{1 + 1/8} = 2.5$ dB ahead, and that of all fills 3: lesson 07's price of a sample.
# A smaller lead says that the fills differ less than their mean errs: where they agree, they are too sure. And `harmonic` has a better mean than this small model.
#
# ## Is it the right distribution?
#
# Of photographs nobody knows it. Of lesson 07's Gaussian all is known: the exact guess at every time, and the exact answer for a hole. So let the Gaussian
# drive RePaint. Every step is linear, so these numbers are exact ([results](../benchmarks/RESULTS.md), *RePaint against the exact Gaussian*).
#
# | steps | resamplings | guesses | the mean is off by | spread, exact = 1 |
# |---:|---:|---:|---:|---:|
# | 25 | 5 | 125 | 0.275 deviations | 0.860 |
# | 25 | 20 | 500 | 0.196 | 0.807 |
# | 100 | 1 | 100 | 0.517 | 1.175 |
# | 100 | 20 | 2000 | 0.089 | 0.859 |
# | 400 | 1 | 400 | 0.506 | 1.214 |
# | 400 | 20 | 8000 | 0.077 | 0.939 |
#
# **Read.** Without resampling the hole hardly listens: its mean is half a deviation off and its spread too wide. Resampling brings the mean home, and narrows the spread
# below the exact one; then more steps widen it again. RePaint is no exact sampler, and 400 steps with 20 resamplings are 8,000 guesses for one fill.
#
# ## In few steps
#
# Must fresh noise come in at every step? *Flow matching* (Lipman and others, 2023) trains the same network on the straight path $a = 1 - t$, $b = t$. One noise is drawn
# at the start and mixed anew with each guess. We try both networks both ways. **Predict.** How many steps make a picture? And does a hole listen?

# %%
straight = generative.guesser(models.load_pretrained("flow"), generative.STRAIGHT)
both = {"diffusion": (guess, generative.COSINE), "flow": (straight, generative.STRAIGHT)}
rows = {}
for name, (guesses, path) in both.items():
    once = generative.flow_fill(guesses, many, square, path=path, steps=20, seed=1)
    again = generative.repaint(guesses, many, square, path=path, **few, seed=1)
    rows[name] = [metrics.psnr(many, fill, square) for fill in (once, again)]
pd.DataFrame(rows, index=["20 steps, one noise", "25 steps, 5 resamplings"]).round(1)

# %%
counts = (1, 2, 5, 20, 100)
one_noise = [generative.flow_fill(straight, patch, square, steps=n, seed=1) for n in counts]
plots.show(
    [*one_noise, patch],
    titles=[f"steps: {n}" for n in counts] + ["truth"],
    columns=6,
    alt="One noise, five fills: a blur after one step, a thing of its own from a few steps on.",
    caption="One noise, more and more steps: from the mean to one picture.",
)

# %% [markdown]
# **Read.** One step gives the mean of all pictures, and a few make a picture. With one noise no network hears what is around: in the Gaussian world the mean is 1.05 deviations
# off. Resampled, both hear it. As a set, the flow's fills of 20 steps look as true as the diffusion's to the first examiner, and less so to the second.

# %% [markdown]
# ## Which answer is asked for?
#
# | Asked for | Answer | Who gives it | Judge it by |
# |---|---|---|---|
# | one, with the least error | a mean | squared error; lessons 06 to 13 | PSNR |
# | one that could be true | a sample | a critic, diffusion; lesson 07's sample | whether sets look alike |
# | all of them | many samples | diffusion; a Gaussian | both, and whether their spread is right |

# %% [markdown]
# ## Capstone
#
# Twenty pictures of one kind, yours or openly licensed, and one kind of damage. Repair them with three methods of this course that answer different questions. Hand in a notebook that runs, and one page for whoever owns the pictures.
#
# | Points | For |
# |---:|---|
# | 3 | frozen masks; the truth kept aside; known pixels bit for bit |
# | 3 | both questions asked, with intervals in pairs, and a baseline that has learned nothing |
# | 2 | a map of where you are unsure, and whether it was right |
# | 2 | the page: which answer you gave, and what it must not be used for |

# %% [markdown]
# ## Questions
#
# **1.** A method scores 1 dB below another, and its fills look sharper. Which is better? 1. The first. 2. The second. 3. It depends on what is asked.
#
# <details><summary>Answer</summary>
#
# **3.** Even the right distribution's samples score 3 dB below its mean.
# </details>
#
# **2.** RePaint's eight fills hardly differ. Does the model know what was there?
# 1. Yes. 2. Not for sure: few steps with many resamplings narrow the spread. 3. No: it was never trained on holes.
#
# <details><summary>Answer</summary>
#
# **2.** In the Gaussian world 25 steps with 20 resamplings have 0.81 of the exact spread.
# </details>
#
# ## Key points
#
# * One hole, three questions: the mean, a believable fill, all fills. No fill is best at all of them.
# * A denoiser learns means. Samples come from many small steps back from noise.
# * RePaint fills holes with a model that knows none, and is not exact: resampling mends the mean and narrows the spread.
#
# {{exercise}}
#
# {{next}}
#
# <details><summary>Notes</summary>
#
# The denoiser has 1.6 million weights and 8,000 steps of training on CIFAR-10, 42 minutes of one core. The first examiner's classifier is also the one of the perceptual
# term. RePaint in the plane: 25 steps, 5 resamplings. Line 10 of its algorithm 1 has the noise of the step before the one that it repeats; here it is that of the step itself, and the paper's longer jumps are left out.
#
# </details>
#
# ## References
#
# A map of the literature, by question.
#
# | Question | Read |
# |---|---|
# | an untrained network | Ulyanov, Vedaldi, Lempitsky: [Deep image prior](https://arxiv.org/abs/1711.10925), 2018 |
# | features and critics | Pathak et al.: [Context encoders](https://arxiv.org/abs/1604.07379), 2016; Johnson et al.: [Perceptual losses](https://arxiv.org/abs/1603.08155), 2016; Suvorov et al.: [LaMa](https://arxiv.org/abs/2109.07161), 2022 |
# | why sharp costs PSNR | Blau, Michaeli: [The perception-distortion tradeoff](https://arxiv.org/abs/1711.06077), 2018 |
# | distances of sets | Heusel et al.: [the Fréchet distance of features](https://arxiv.org/abs/1706.08500), 2017; Lopez-Paz, Oquab: [two-sample tests by classifiers](https://arxiv.org/abs/1610.06545), 2017 |
# | diffusion | Ho, Jain, Abbeel: [DDPM](https://arxiv.org/abs/2006.11239), 2020; Song, Meng, Ermon: [DDIM](https://arxiv.org/abs/2010.02502), 2021 |
# | holes for a model without holes | Lugmayr et al.: [RePaint](https://arxiv.org/abs/2201.09865), 2022; Chung et al.: [posterior sampling](https://arxiv.org/abs/2209.14687), 2023 |
# | few steps | Lipman et al.: [Flow matching](https://arxiv.org/abs/2210.02747), 2023 |
# | large models, with words | Rombach et al.: [Latent diffusion](https://arxiv.org/abs/2112.10752), 2022 |
