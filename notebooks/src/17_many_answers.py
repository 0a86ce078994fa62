# %% [markdown]
# # Many answers
#
# {{badge}}
#
# A hole has many right answers. Which one is asked for: their mean, one that could be true, or all of them? Lesson 07 had all three from a Gaussian. Here they
# come from a network that makes pictures out of noise.
#
# **You need** lessons 06, [07](07_gaussian_world.ipynb), 12 and [13](13_showdown.ipynb). No GPU, no internet. About 30 minutes.

# %%
# {{launch}}

# %%
import numpy as np

from course_lib import classical, evaluation, generative, masks, metrics, models, plots, runtime

run = runtime.setup()
patches, _ = evaluation.frozen_patches()

# %% [markdown]
# ## From a picture to noise and back
#
# Mix a picture $x$, its values from −1 to 1, with noise $z$: at time $t$ the mixture is $a\,x + b\,z$, here with $a = \cos\frac{\pi t}{2}$ and $b = \sin\frac{\pi t}{2}$: the picture at
# $t = 0$, pure noise at $t = 1$. A network sees such mixtures, is told $t$, and learns with squared error which picture is in them. So it says the *mean* of
# all pictures that could be in there.
#
# **Predict.** What does it say at $t = 1$?

# %%
guess = generative.guesser(models.load_pretrained("diffusion"), generative.COSINE)
noise = np.random.RandomState(0).standard_normal(patches[8].shape)
times = (0.2, 0.5, 0.8, 1.0)
noisy = [generative.COSINE.mix(2 * patches[8] - 1, noise, time) for time in times]
guesses = [guess(one[None], time)[0] for one, time in zip(noisy, times, strict=True)]

# %%
plots.show(
    [np.clip((one + 1) / 2, 0, 1) for one in noisy + guesses],
    titles=[f"t = {time}" for time in times] + ["its guess"] * 4,
    columns=4,
    alt="A patch in more and more noise; below, guesses that end in a plain grey.",
    caption="The more noise, the more pictures are possible, and the blurrier their mean.",
)

# %% [markdown]
# **Read.** A grey, the mean of all pictures: lesson 06 once more.
#
# Now go back from noise in a hundred small steps. Each moves the mixture a little towards the guess and adds a little fresh noise; then comes a new guess.

# %%
plots.show(
    [*generative.diffuse(guess, 4, steps=100, seed=1)],
    alt="Four new pictures with light, colours and edges, but of nothing that one could name.",
    caption="Four times from noise, a hundred steps each.",
)

# %% [markdown]
# **Read.** These are *samples*: they have the light, colours and edges of photographs, but show nothing that exists.
#
# ## A hole for a model that knows no holes
#
# The network was trained without a single mask. RePaint (Lugmayr and others, 2022) fills holes with it all the same: after every step back it puts in the
# known pixels, with the noise that belongs to that time. But hole and known pixels are drawn separately, so they do not match. Hence *resampling*: each step
# back is made a few times, with a step into noise between, so that the hole can adapt to what is known.
#
# **Predict.** Eight fills of a hole with every step made once, eight with each made five times. Which eight are more alike?

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
            if again:  # one step on into noise, and the step back once more
                noisy = scale * together + spread * random.standard_normal(true.shape)
        noisy = together
    return np.where(hole, np.clip((noisy + 1) / 2, 0, 1), images)


# %%
square, many = masks.squares(1, side=16)[0], patches[: run.count(40, full=100)]
fills = {
    u: np.stack([repaint(guess, many, square, runtime.share(25), u, seed=k) for k in range(8)])
    for u in (1, 5)
}

# %%
spread = {u: eight.std(axis=0, ddof=1)[:, square].mean() for u, eight in fills.items()}
plots.show(
    [*fills[1][:4, 8 % len(many)], *fills[5][:4, 8 % len(many)]],
    row_titles=["once", "5 times"],
    columns=4,
    alt="Four fills of one hole, twice: above they stand out as squares, below they fit the wood.",
    caption=f"Four of eight each. The spread of eight, over {len(many)} holes: {spread[1]:.3f} and "
    f"{spread[5]:.3f}.",
)

# %% [markdown]
# **Read.** The second eight: with steps made five times, a fill continues its surroundings. With steps made once, it goes its own way, and its square stands
# out.
#
# Now watch four fills come about: the *guess* after some of 25 steps, each made ten times (five or one by the slider). **Predict.** What does the guess gain
# between step 5 and step 25?

# %%
from course_lib import widgets

widgets.many_fills(guess, patches[8], square)

# %% [markdown]
# **Read.** It takes on the surrounding colours, and the square disappears. After one step all are the same mean; by step 5 each has its own colours.
#
# ## One fill, or the mean of eight?
#
# **Predict.** Which is nearer to the truth, a fill or the mean of eight? By how much? Lesson 07's price was 3 dB.

# %%
kinds = {"one fill": fills[5], "mean of 8": [fills[5].mean(axis=0)]}
kinds["harmonic"] = [np.stack([classical.harmonic(one, square) for one in many])]
for name, found in kinds.items():
    psnrs = [metrics.psnr(many, one, square) for one in found]
    print(f"{name:9}  {np.mean(psnrs):.1f} dB")

# %%
k = 8 % len(many)
plots.show(
    [masks.damage(many, square)[k], *(found[0][k] for found in kinds.values()), many[k]],
    titles=["damaged", *kinds, "truth"],
    alt="A hole; a fill with edges and colours of its own; two smooth fills; the truth.",
    caption="Each fill has its own edges, and the mean takes them out.",
)

# %% [markdown]
# **Read.** If the truth were drawn like the fills, truth and fill would each stray by one variance, the mean of eight by an eighth. That mean would be
# $10 \log_{10} \frac{1 + 1}{1 + 1/8} = 2.5$ dB ahead; it is 2.3. `harmonic` is ahead of both here, and of a fill on CIFAR-10.
#
# ## The price of looking right
#
# Now all kinds of fills of 1,000 CIFAR-10 pictures. Three are one network's, with only its loss changed: squared error; the same plus a *perceptual* term (a
# classifier's features must match), or plus an *adversarial* one (a critic, trained at the same time, must take the fill for true).
#
# Is *this* fill near *this* truth? That is its PSNR. And do the thousand fills, *as a set*, look like true pictures? One examiner compares a classifier's
# features of both sets (the Fréchet distance; another set of true pictures has 0). A second sees how strong the edges in the hole are, and says of each
# picture whether it was filled: 50 % right is chance.
#
# **Predict.** Where do the mean and sample of lesson 07's Gaussian lie? Is any fill first in both?

# %%
plots.show(
    plots.likeness(evaluation.likeness_scores()),
    alt="Two charts, one point per fill: means are upper right, samples lower left.",
    caption="Higher: nearer the truth. Left: more like true pictures. Bars: 95 % intervals.",
)

# %% [markdown]
# **Read.** The Gaussian's mean is 2.9 dB ahead of its sample, lesson 07's price, but told from the truth more often. No fill is first in both. The second
# examiner tells means from the truth in over 90 %, diffusion's samples in 67 %. The perceptual term costs nothing and gains little; the critic gains much and
# costs 2 dB.
#
# Blau and Michaeli (2018) proved that there is a frontier: from some point on, fills look more like true pictures only by erring more. The best fill that looks
# exactly like them is at most 3 dB behind the mean. Between mean and sample lies the mean of a few fills: on 250 of the pictures the mean of six is 1.9 dB ahead
# of one, and told from the truth in 78 %, not 62 % ([results](../benchmarks/RESULTS.md), *The mean of several fills*).

# %% [markdown]
# ## Is it the right distribution?
#
# For photographs nobody knows. For lesson 07's Gaussian we know the exact guess at every time, and the exact answer for a hole. So let the Gaussian drive
# RePaint ([results](../benchmarks/RESULTS.md), *RePaint against the exact Gaussian*).
#
# | steps | resamplings | the mean is off by | spread, exact = 1 |
# |---:|---:|---:|---:|
# | 25 | 1 | 0.565 deviations | 1.093 |
# | 25 | 5 | 0.275 | 0.860 |
# | 25 | 20 | 0.196 | 0.807 |
# | 400 | 20 | 0.077 | 0.939 |
#
# **Read.** It is not. Resampling brings the mean nearer and narrows the spread too far; more steps widen it again.
#
# ## In few steps
#
# *Flow matching* (Lipman and others, 2023) trains the same network on the straight path $a = 1 - t$, $b = t$. One noise is drawn at the start; then each guess
# says which noise goes with it, and the two are mixed again, without fresh noise. **Predict.** How many steps make a picture?


# %%
def flow(guess, path, noisy, steps):
    for later, earlier in itertools.pairwise(generative.step_times(steps)):
        signal, spread = path.weights(later)
        picture = guess(noisy, later)
        noise = (noisy - signal * picture) / spread  # what goes with this guess
        noisy = path.mix(picture, noise, earlier)
    return np.clip((noisy + 1) / 2, 0, 1)


# %%
straight = generative.guesser(models.load_pretrained("flow"), generative.STRAIGHT)
start, counts = np.random.RandomState(1).standard_normal((2, 32, 32, 3)), (2, 5, 20)
free = {
    "fresh noise": [generative.diffuse(guess, 2, steps=steps, seed=1) for steps in counts],
    "one noise": [flow(guess, generative.COSINE, start, steps) for steps in counts],
    "flow": [flow(straight, generative.STRAIGHT, start, steps) for steps in counts],
}

# %%
plots.show(
    [pair[k] for way in free.values() for k in (0, 1) for pair in way],
    titles=[f"{steps} steps" for steps in counts] * 2 + [""] * 12,
    row_titles=list(free),
    columns=6,
    alt="Two pictures a row, in 2, 5 and 20 steps. After 5, those with fresh noise are mush.",
    caption="Top: the diffusion network with fresh noise. Middle: with one noise. Bottom: flow's.",
)

# %% [markdown]
# **Read.** If no noise is added on the way, five steps make the shapes and twenty the picture; with fresh noise both pictures are mush after five. How
# unlike true pictures a thousand of each are, as a set ([results](../benchmarks/RESULTS.md), *Noise in few steps*):
#
# | steps | fresh noise | one noise | flow |
# |---:|---:|---:|---:|
# | 2 | 52.2 | 51.0 | 48.5 |
# | 5 | 30.4 | 20.6 | 17.9 |
# | 20 | 11.9 | 9.0 | 8.5 |
# | 100 | 8.2 | | |
#
# A hundred steps with fresh noise get as far as twenty without. The straight path does little of this: the diffusion network with one noise comes
# nearly as close. The two networks, trained separately, draw the same pictures: the noise chose them. In the charts above flow's fills lie 2 dB
# below diffusion's, which had fresh noise and were resampled.

# %% [markdown]
# ## Which answer is asked for?
#
# | Asked for | Answer | Who gives it | Judge it by |
# |---|---|---|---|
# | one, with the least error | the mean of all that could be | squared error; lessons 06 to 13; the mean of samples | PSNR |
# | one that could be true | a sample | diffusion; flow; lesson 07's sample | whether sets look alike |
# | all of them | many samples | diffusion; a Gaussian | both, and whether their spread is right |
#
# ## A network that has seen no other picture
#
# It gives none of the three. Feed an untrained network *noise* that never changes, and train it to draw the known pixels of one picture. Beyond these pixels,
# all it knows of pictures is in its architecture (Ulyanov and others, 2018). **Predict.** It comes nearer and nearer to the known pixels. And in the hole?

# %%
from course_lib import data

photo = data.photo("coffee")[140:268:2, 240:368:2].astype(np.float32)  # 64 x 64 pixels
strokes = masks.brush_strokes(1, 64, seed=1)[0]
looks = generative.deep_image_prior(photo, strokes, steps=run.count(400, full=600), seed=0)
looks = {f"step {step}": fill for step, _, fill in looks}

# %%
shown = {name: looks[name] for name in ("step 20", "step 200", "step 400") if name in looks}
shown["harmonic"] = classical.harmonic(photo, strokes)
scores = [f"{name}: {metrics.psnr(photo, fill, strokes):.1f} dB" for name, fill in shown.items()]
plots.show(
    [one[32:, 24:56] for one in (masks.damage(photo, strokes), *shown.values(), photo)],
    titles=["damaged", *scores, "truth"],
    columns=3,
    alt="A black stroke on a cup; fills in wrong colours, then smooth, then with bright specks.",
    caption="The lower of two strokes; PSNR in both.",
)

# %% [markdown]
# **Read.** In the recorded run the hole gets better, then worse, and stays behind `harmonic`. So in the mean of ten pictures: even at each picture's best step,
# which nobody can see, the fill is 3.1 dB behind ([results](../benchmarks/RESULTS.md), *A deep image prior*).
#
# ## Capstone
#
# Twenty pictures of one kind, yours or openly licensed, with one kind of damage. Repair them with three methods that answer different questions; the diffusion
# model needs the hole and its surroundings scaled to 32 × 32. Hand in a notebook that runs, and a page for the pictures' owner.
#
# | Points | For |
# |---:|---|
# | 3 | frozen masks; the truth kept aside; known pixels kept bit for bit |
# | 3 | nearness and likeness both measured, with paired intervals, and a baseline that has learned nothing |
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
# * A denoiser learns means. Samples come from stepping back from noise.
# * RePaint fills holes with a model that knows none, but inexactly: resampling brings the mean nearer and narrows the spread.
#
# {{exercise}}
#
# {{next}}

# %% [markdown]
# <details><summary>Notes</summary>
#
# The denoiser has 1.6 million weights and 8,000 steps of training on CIFAR-10, 42 minutes of one core. The first examiner's intervals are for the difference
# from squared error; its classifier is also the perceptual term's. In the charts RePaint has 25 steps and 5 resamplings, flow 20 steps.
#
# </details>
#
# ## References
#
# | Question | Read |
# |---|---|
# | an untrained network | Ulyanov et al.: [Deep image prior](https://arxiv.org/abs/1711.10925), 2018 |
# | features and critics | Johnson et al.: [Perceptual losses](https://arxiv.org/abs/1603.08155), 2016; Pathak et al.: [Context encoders](https://arxiv.org/abs/1604.07379), 2016 |
# | why sharp costs PSNR | Blau, Michaeli: [The perception-distortion tradeoff](https://arxiv.org/abs/1711.06077), 2018 |
# | distances of sets | Heusel et al.: [the Fréchet distance of features](https://arxiv.org/abs/1706.08500), 2017 |
# | diffusion | Ho et al.: [DDPM](https://arxiv.org/abs/2006.11239), 2020 |
# | holes for a model without holes | Lugmayr et al.: [RePaint](https://arxiv.org/abs/2201.09865), 2022 |
# | few steps | Lipman et al.: [Flow matching](https://arxiv.org/abs/2210.02747), 2023; Song et al.: [DDIM](https://arxiv.org/abs/2010.02502), 2021 |
# | large models, with words | Rombach et al.: [Latent diffusion](https://arxiv.org/abs/2112.10752), 2022 |
