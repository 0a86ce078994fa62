# %% [markdown]
# # Many answers
#
# {{badge}}
#
# A hole has many right answers. Which one is asked for: the mean of them, one that could be true, or all? Lesson 07 had all three from a Gaussian. Here
# networks give them: one that makes pictures out of noise, and one that a critic has trained.
#
# **You need** lessons 06, [07](07_gaussian_world.ipynb), 12 and [13](13_showdown.ipynb). No GPU, no internet. About 30 minutes.

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import classical, evaluation, generative, masks, metrics, models, plots, runtime

run = runtime.setup()

# %% [markdown]
# ## From a picture to noise and back
#
# Mix a picture $x$ with noise $z$: at time $t$ there is $a(t)\,x + b(t)\,z$, from the picture at $t = 0$ to pure noise at $t = 1$. A network is shown such
# mixtures and told $t$, and learns which picture is in there. With squared error: so it says the *mean* of all pictures that could be.
#
# **Predict.** What does it say at $t = 1$?

# %%
guess = generative.guesser(models.load_pretrained("diffusion"), generative.COSINE)
patches, _ = evaluation.frozen_patches()
patch, times = patches[8], (0.2, 0.5, 0.8, 1.0)
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
# the guess, a little fresh noise, a new guess of what is there now. It shows light, colours and edges of photographs, and things that are nothing: *samples*.
#
# ## A hole for a model that knows no holes
#
# It was trained without a single mask. RePaint (Lugmayr and others, 2022) fills holes with it all the same: after every step back, put in the known pixels, with as much noise as
# belongs to that time. But the step did not know them, so hole and surroundings do not fit. Hence *resampling*: one step on into noise and back again, a few times, so that
# the hole can answer to what is known. This is the algorithm; then eight fills of one hole.
#
# **Predict.** Does resampling make the eight more alike, or less? And where in the square?

# %%
import itertools


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


# %%
square = masks.squares(1, side=16)[0]
eight, steps = np.repeat(patch[None], 8, axis=0), runtime.share(50)
eights = {u: repaint(guess, eight, square, steps, u, seed=0) for u in (1, 10)}

# %%
plots.show(
    [*eights[1], *eights[10]],
    titles=["no resampling"] * 8 + ["10 resamplings"] * 8,
    columns=8,
    alt="Eight fills without resampling show eight things of their own; with ten they take up the "
    "colours around the hole, and some of them the rim of the cup.",
    caption="Without resampling the hole does not listen; with it they begin at what is around.",
)

# %%
import pandas as pd

where = {"rim": square & ~masks.squares(1, side=14)[0], "inside": masks.squares(1, side=8)[0]}
spread = [one.std(axis=0, ddof=1) for one in eights.values()]
table = {name: [one[part].mean() for one in spread] for name, part in where.items()}
pd.DataFrame(table, index=[f"resamplings: {u}" for u in eights]).round(2)

# %% [markdown]
# **Read.** With resampling the eight agree where the known is near, and differ inside as much as before.
#
# ## One fill, or the mean of eight?
#
# Now many patches, eight fills of each. **Predict.** Which is nearer to the truth, a fill or the mean of eight? By how much? Lesson 07 had a price of 3 dB.

# %%
many, few = patches[: run.count(40, full=100)], {"steps": runtime.share(25), "resamplings": 5}
samples = [generative.repaint(guess, many, square, **few, seed=k) for k in range(8)]
kinds = {"damaged": masks.damage(many, square), "sample": samples[0]}
kinds["mean of 8"] = np.mean(samples, axis=0)
kinds["harmonic"] = np.stack([classical.harmonic(one, square) for one in many])

# %%
psnrs = [metrics.psnr(many, one, square) for one in samples]
print(f"one fill     {np.mean(psnrs):.1f} dB, from {min(psnrs):.1f} to {max(psnrs):.1f}")
print(f"mean of 8    {metrics.psnr(many, kinds['mean of 8'], square):.1f} dB")
print(f"harmonic     {metrics.psnr(many, kinds['harmonic'], square):.1f} dB")

# %% [markdown]
# **Read.** Had the truth been drawn like the fills, the mean of eight would be $10 \log_{10} \frac{2}{1 + 1/8} = 2.5$ dB ahead, and that of all fills 3.
# A smaller lead says that the fills differ less than their mean errs: they are too sure. And `harmonic` has a better mean than this small model.
#
# Do they know where? In five groups of pixels, the surest first: the error that their spread predicts, and the one their mean made.

# %%
spread = np.sqrt(np.var(samples, axis=0, ddof=1).mean(axis=-1))
holes = np.repeat(square[None], len(many), axis=0)
evaluation.calibration(spread, kinds["mean of 8"] - many, holes).round(3)

# %% [markdown]
# **Read.** Where they differ, the error is. Now move it yourself. **Predict.** What does a fill gain between step 5 of 25 and step 25?

# %%
from course_lib import widgets

widgets.many_fills(guess, patch, square)

# %% [markdown]
# **Read.** Stopped early, the guess is smooth: still a mean of much that could be. Every step decides a little more, and each fill decides otherwise.
#
# ## The price of looking right
#
# Now all kinds of fills, of 1,000 pictures of CIFAR-10. Three come from one network trained three times, with one thing changed, its loss:
# squared error; with a *perceptual* term, in which a classifier's features must match; with an *adversarial* term, in which a critic, trained beside it, must take the fill for true.
#
# Is *this* fill near *this* truth? That is its PSNR. And do the thousand fills, *as a set*, look like true pictures? A first examiner compares
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

# %%
for loss in ("squared", "adversarial"):
    kinds[loss] = models.inpaint(models.load_pretrained(f"looks_{loss}"), many, square)
kinds["truth"] = many
three = np.array([8, 3, 5]) % len(many)
scored = [(one[k], name, many[k]) for k in three for name, one in kinds.items()]

# %%
plots.show(
    [one for one, _, _ in scored],
    titles=[f"{name}\n{metrics.psnr(true, one, square):.1f} dB" for one, name, true in scored],
    columns=len(kinds),
    alt="Three scored holes. Smooth: the mean of 8, harmonic, squared error; with edges and "
    "specks: the sample and the critic's. The mean of 8 is ahead of the sample each time.",
    caption="Patches of a photograph. The networks have seen CIFAR-10 alone.",
)

# %% [markdown]
# **Read.** No fill is first in both. Mean and squared error lead samples and critic by two decibels and more; in over 90 of 100 cases the second examiner tells them
# from the truth. With the samples of diffusion and flow (which comes below) it is right in 67 and 73. The perceptual term changes little.
#
# Blau and Michaeli (2018) proved that it must be so: at the front, who gains on one axis pays on the other. And the critic's fill is no sample: one hole, one answer, and
# on photographs the same kind of specks in every hole.
#
# One model walks along the front when its fills are averaged, here of 250 pictures ([results](../benchmarks/RESULTS.md), *The mean of several fills*):
#
# | fill | PSNR (dB) | told apart |
# |---|---:|---:|
# | one | 13.0 | 62 % |
# | mean of 2 | 14.1 | 67 % |
# | mean of 6 | 14.9 | 78 % |
# | mean of all, as exercise 17 foretells it | 15.3 | |
# | squared error | 15.5 | 90 % |

# %% [markdown]
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
# | 400 | 20 | 8000 | 0.077 | 0.939 |
#
# **Read.** Without resampling the mean is half a deviation off and the spread too wide. Resampling brings the mean home, and narrows the spread
# below the exact one; then more steps widen it again. RePaint is no exact sampler, and its best row takes 8,000 guesses for one fill.

# %% [markdown]
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
# off. Resampled, both hear it.
#
# ## Which answer is asked for?
#
# | Asked for | Answer | Who gives it | Judge it by |
# |---|---|---|---|
# | one, with the least error | a mean | squared error; lessons 06 to 13; the mean of samples | PSNR |
# | one that could be true | a sample | diffusion; lesson 07's sample; a critic, which gives always the same | whether sets look alike |
# | all of them | many samples | diffusion; a Gaussian | both, and whether their spread is right |
#
# ## A network that has seen no other picture
#
# It gives none of the three. Feed an untrained network *noise* that never changes, and train it to draw the known pixels of one picture: what it draws in the hole
# comes from its shape alone (Ulyanov and others, 2018). **Predict.** The known pixels get better with every step. And the hole?

# %%
from course_lib import data

photo = data.photo("coffee")[100:228:2, 200:328:2].astype(np.float32)  # 64 x 64 pixels
strokes = masks.brush_strokes(1, 64, seed=1)[0]
looks = generative.deep_image_prior(photo, strokes, steps=run.count(400, full=600), seed=0)
looks = {step: (loss, fill) for step, loss, fill in looks}

# %%
shown = [step for step in (20, 60, 100, 200, 400) if step in looks]
plots.show(
    [looks[step][1] for step in shown] + [photo],
    titles=[f"step {k}: {metrics.psnr(photo, looks[k][1], strokes):.1f} dB" for k in shown]
    + ["truth"],
    columns=6,
    alt="A photograph with strokes filled; the fill gets from blurred to one with its own specks.",
    caption="PSNR in the hole. Another start has its best step elsewhere.",
)

# %% [markdown]
# **Read.** On ten pictures the best step lies between 40 and 580. You cannot see which, and even there it is 3.2 dB behind
# `harmonic` on these holes ([results](../benchmarks/RESULTS.md), *A deep image prior*).
#
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
# **1.** A method scores 1 dB below another, and its fills look sharper. Which is better?
#
# 1. The first.
# 2. The second.
# 3. It depends on what is asked.
#
# <details><summary>Answer</summary>
#
# **3.** Even the right distribution's samples score 3 dB below its mean.
# </details>
#
# **2.** RePaint's eight fills hardly differ. Does the model know what was there?
#
# 1. Yes.
# 2. Not for sure: few steps with many resamplings narrow the spread.
# 3. No: it was never trained on holes.
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
