"""Train the network for photographs, ``load_pretrained("photo")``.

    INPAINTING_DATA_DIR=... python -m benchmarks.train photo_start
    INPAINTING_DATA_DIR=... python -m benchmarks.photo

A run may be stopped at any moment: the same command goes on from the last whole epoch, which lies
in build/training/photo. First the filters of the field's fill are learned, then the trunk: it
begins with the weights of the first command, which were trained on CIFAR-10, and is trained further
on CIFAR-10 and on patches of photographs, all of them worn as ``course_lib.wear`` draws it. What is
kept is chosen on the validation photographs. ``benchmarks.photo_table`` judges on others.
"""

import dataclasses
import time
from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from benchmarks import held_out, photographs
from benchmarks.train import SEEDS, STARTS, ship
from course_lib import data, losses, metrics, models, training, wear
from course_lib._opencv import cv2
from course_lib._pixels import as_bytes, as_floats
from course_lib.layers import GaussianFieldFill
from tools.project import ROOT, words

FOLDER = ROOT / "build" / "training" / "photo"
COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.photo"
SHARES = (0.04, 0.08, 0.12, 0.18, 0.25)  # of holes, in the masks that are drawn from
BANK_SIDE = 768
SCALES = (1, 0.75, 0.5, 0.35)
CYCLE = (
    ("cifar10", 32, 32),
    ("photographs", 64, 8),
    ("photographs", 96, 4),
    ("photographs", 64, 8),
)
CHECK_SIDE = 96
CHECKED = 12  # patches for each validation photograph and kind of damage
FIELD_EPOCHS = 5
EPOCH = 200  # steps between two validations, which are also checkpoints


@dataclass(frozen=True)
class Recipe:
    """How the network is made; every field goes into its recipe file.

    Attributes:
        network, arguments: of ``models``.
        start: of ``train.STARTS``, the network whose trunk it begins with.
        field_steps, field_learning_rate: of the filters' training; the rate falls.
        steady_steps: training steps of the trunk at a steady rate, Adam's.
        falling_steps: steps after that, from the weights that were best, in which the rate falls to
            1 % of it along a half cosine.
        learning_rate: Adam's.
    """

    network: str = "field_unet"
    arguments: dict = dataclasses.field(default_factory=lambda: {"width": 48})
    start: str = "photo_start"
    steady_steps: int = 6_000
    falling_steps: int = 1_600
    field_steps: int = 100
    field_learning_rate: float = 3e-3
    learning_rate: float = 5e-4
    seed: int = 2026
    precision: str = "mixed_bfloat16"


@keras.saving.register_keras_serializable(package="inpainting_course")
class HoleRoot(keras.losses.Loss):
    """Root of each patch's mean squared error in its holes, averaged over the batch.

    Squared error itself would be decided by the roughest patches; a photograph is judged in
    decibels, in which a smooth one counts as much.
    """

    needs_holes = True

    def __call__(self, y_true, y_pred, sample_weight=None):
        hole = losses.holes.check_hole(sample_weight, y_true, "HoleRoot", self.dtype)
        true, predicted = (ops.cast(one, self.dtype) for one in (y_true, y_pred))
        squared = ops.mean(ops.square(true - predicted), axis=-1) * hole
        each = ops.sum(squared, axis=(1, 2)) / ops.maximum(ops.sum(hole, axis=(1, 2)), 1)
        return ops.mean(ops.sqrt(each + 1e-4))


class Worn(keras.utils.PyDataset):
    """Batches ([damaged, valid], original, hole), each a function of (seed, step) alone."""

    def __init__(self, pictures, cifar10, seed, epoch=EPOCH, cycle=CYCLE):
        super().__init__()
        self.steps, self.seed, self.epoch, self.cycle = epoch, seed, 0, cycle
        self._pictures, self._cifar10 = pictures, cifar10
        self._weights = np.array([np.sqrt(one.shape[0] * one.shape[1]) for one in pictures])
        self._weights /= self._weights.sum()
        self._masks = mask_bank(seed)

    def __len__(self):
        return self.steps

    def __getitem__(self, k):
        step = self.epoch * len(self) + k
        random = np.random.RandomState([self.seed, step])
        kind, side, count = self.cycle[step % len(self.cycle)]
        drawn = [self._pair(kind, side, random) for _ in range(count)]
        original = np.stack([one for one, _ in drawn])
        return batch(original, np.stack([mask for _, mask in drawn]))

    def _pair(self, kind, side, random):
        if kind == "cifar10":
            patch = self._cifar10[random.randint(len(self._cifar10))]
        else:
            picture = self._pictures[random.choice(len(self._pictures), p=self._weights)]
            patch = cut(picture, side, random)
        return changed(as_floats(patch), random), hole(self._masks, side, random)


def batch(original, mask):
    """([damaged, valid], original, hole), float32, as ``training.fit`` takes it."""
    known = (~mask).astype(np.float32)
    return (original * known[..., None], known[..., None]), original, 1 - known


def changed(patch, random):
    """Turned, mirrored, of another exposure, and every fifth one grey."""
    patch = np.rot90(patch, random.randint(4))
    if random.randint(2):
        patch = patch[:, ::-1]
    if random.uniform() < 0.2:
        patch = patch.mean(axis=-1, keepdims=True).repeat(3, axis=-1)
    if random.uniform() < 0.5:
        patch = patch[..., random.permutation(3)] * np.float32(random.uniform(0.6, 1))
    return np.ascontiguousarray(patch, np.float32)


def cut(picture, side, random):
    """A random square of a picture."""
    top = random.randint(picture.shape[0] - side + 1)
    left = random.randint(picture.shape[1] - side + 1)
    return picture[top : top + side, left : left + side]


def hole(bank, side, random):
    """A square of a mask in which 1 to 60 % is missing."""
    while True:
        mask = cut(bank[random.randint(len(bank))], side, random)
        if 0.01 < mask.mean() < 0.6:
            return np.rot90(mask, random.randint(4))


def mask_bank(seed):
    """bool (N, 768, 768): every kind of wear at every share."""
    return np.concatenate(
        [
            draw(4, BANK_SIDE, share=share, seed=seed + place)
            for place, share in enumerate(SHARES)
            for draw in wear.KINDS.values()
        ]
    )


def scaled(names):
    """The photographs at every scale, uint8 (H, W, 3), those large enough; textures at two."""
    found = []
    for name in names:
        picture = as_bytes(photographs.read(name))
        for scale in SCALES[:3:2] if name in photographs.TEXTURES else SCALES:
            size = [round(scale * side) for side in picture.shape[1::-1]]
            if scale == 1:
                found.append(picture)
            elif min(size) >= CHECK_SIDE:
                found.append(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    return found


class Check(keras.utils.PyDataset):
    """Frozen patches of the validation photographs at two scales, one batch a kind of wear."""

    def __init__(self, seed):
        super().__init__()
        random = np.random.RandomState([seed, 1])
        self._batches = []
        for draw in wear.KINDS.values():
            bank = draw(8, BANK_SIDE, share=0.1, seed=seed + 100)
            patches = [
                cut(picture, CHECK_SIDE, random)
                for name in photographs.VALIDATION
                for picture in scaled([name])[:3:2]
                for _ in range(CHECKED // 2)
            ]
            masks = [hole(bank, CHECK_SIDE, random) for _ in patches]
            self._batches.append(batch(as_floats(np.stack(patches)), np.stack(masks)))

    def __len__(self):
        return len(self._batches)

    def __getitem__(self, k):
        return self._batches[k]


def start_weights(recipe):
    """What the trunk begins with: dict, a variable's path -> array."""
    path = SEEDS / f"{recipe.start}_{STARTS[recipe.start].seed}.npz"
    if not path.is_file():
        raise SystemExit(f"{path} is missing: python -m benchmarks.train {recipe.start} makes it.")
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float16) for name in stored.files}


def start(recipe, filters):
    """The network as training begins: the filters in its fill, the trained trunk behind it."""
    keras.utils.set_random_seed(recipe.seed)
    with training.precision(recipe.precision):
        model = models.NETWORKS[recipe.network](**recipe.arguments)
    model.get_layer("field_fill").set_weights([filters])
    old = start_weights(recipe)
    for variable in model.weights:
        if variable.path in old:
            values = old[variable.path]
            more = variable.shape[-2] - values.shape[-2] if values.ndim == 4 else 0
            if more:  # the second fill, which it has not seen: no say at first
                values = np.pad(values, ((0, 0), (0, 0), (0, more), (0, 0)))
            variable.assign(values)
    return model


def fit(model, recipe, drawn, check, rate, epochs, folder):
    """``training.fit`` over so many epochs at a rate, or along a schedule."""
    adam, psnr = keras.optimizers.Adam(rate), losses.HolePSNR()
    model.compile(adam, loss=HoleRoot(), weighted_metrics=[psnr])
    patient = keras.callbacks.EarlyStopping("val_loss", patience=epochs)
    return training.fit(
        model,
        drawn,
        check,
        epochs=epochs,
        seed=recipe.seed,
        folder=folder,
        callbacks=[patient, keras.callbacks.LambdaCallback(on_epoch_end=_say)],
    )


def _say(epoch, logs):
    figures = ", ".join(f"{name} {value:.5f}" for name, value in logs.items())
    print(f"{time.strftime('%X')} epoch {epoch + 1}: {figures}", flush=True)


def falling(rate, steps):
    return keras.optimizers.schedules.CosineDecay(rate, steps, 0.01)


def learned_filters(recipe, pictures, cifar10, check, folder):
    """The field's filters after a training of their own."""
    keras.utils.set_random_seed(recipe.seed)
    damaged = keras.Input((None, None, 3), name="damaged")
    valid = keras.Input((None, None, 1), name="valid")
    fill = GaussianFieldFill(name="field_fill")
    field = keras.Model([damaged, valid], fill([damaged, valid]), name="field")
    drawn = Worn(pictures, cifar10, recipe.seed, epoch=recipe.field_steps // FIELD_EPOCHS)
    rate = falling(recipe.field_learning_rate, recipe.field_steps)
    fit(field, recipe, drawn, check, rate, FIELD_EPOCHS, folder)
    return ops.convert_to_numpy(fill.kernel)


def train(recipe, folder=FOLDER):
    """Train, or go on training: the network, its two histories, and CIFAR-10's provenance."""
    dataset = data.load("cifar10")
    cifar10, _, _ = held_out.split(dataset)
    pictures, check = scaled(photographs.TRAIN), Check(recipe.seed)
    filters = learned_filters(recipe, pictures, cifar10, check, folder / "field")
    model = start(recipe, filters)
    rate, epochs = recipe.learning_rate, recipe.steady_steps // EPOCH
    drawn = Worn(pictures, cifar10, recipe.seed)
    steady = fit(model, recipe, drawn, check, rate, epochs, folder / "steady")
    rate, epochs = falling(rate, recipe.falling_steps), recipe.falling_steps // EPOCH
    drawn = Worn(pictures, cifar10, recipe.seed + 1)
    fell = fit(model, recipe, drawn, check, rate, epochs, folder / "falling")
    return model, (steady, fell), dataset.provenance


def error(model, check):
    """``HoleRoot`` over the validation patches, and decibels of each kind of wear, pooled."""
    roots, decibels = [], {}
    for kind, (inputs, original, holes) in zip(wear.KINDS, check, strict=True):
        filled = models.inpaint(model, inputs[0], holes > 0.5)
        roots.append(float(HoleRoot()(original, filled, holes)))
        decibels[kind] = round(metrics.psnr(original, filled, holes > 0.5), 3)
    return round(float(np.mean(roots)), 5), decibels


def publish(recipe, model, histories, provenance):
    """Ship the network if it is ahead of the one that it began with on the validation patches."""
    check, first = Check(recipe.seed), STARTS[recipe.start]
    trunk = models.NETWORKS[first.network](**first.arguments)
    weights = start_weights(recipe)
    trunk.set_weights([weights[variable.path] for variable in trunk.weights])
    (reached, _), (began, decibels_then) = error(model, check), error(trunk, check)
    if reached >= began:
        raise SystemExit(f"It began with {began} on the validation patches, and has {reached}.")
    made = {
        "command": COMMAND,
        "data": [
            f"every fourth batch: {provenance}",
            *photographs.provenance(photographs.TRAIN),
        ],
        "validated on": photographs.provenance(photographs.VALIDATION),
        "loss": "root of each patch's mean squared error in its holes, averaged",
        "masks": "course_lib.wear: scratches, text, blotches, dust, "
        f"{' '.join(f'{100 * share:g}' for share in SHARES)} % of the picture",
        "batches": [f"{count} of {side} x {side}, {kind}" for kind, side, count in CYCLE],
        "val_loss": [round(value, 5) for one in histories for value in one.history["val_loss"]],
    }

    def measure(loaded):
        reached, decibels = error(loaded, check)
        return {
            "val_root": reached,
            "val_root_of_start": began,
            "val_psnr_hole": decibels,
            "val_psnr_hole_of_start": decibels_then,
        }

    print(ship("photo", recipe, model, made, measure))


def main():
    recipe = Recipe()
    publish(recipe, *train(recipe))


if __name__ == "__main__":
    words("benchmarks.photo", __doc__, 0)
    main()
