"""The article's partial-convolution network, as published and repaired, for 1,000 steps each.

    INPAINTING_DATA_DIR=... python -m benchmarks.article

The network is written afresh from the facts about the published one: 16 partial convolutions of
3 x 3 with ReLU, the encoder's all of 32 channels, 859,863 weights. The published layer divides its
signal by the number of input channels, and adds its bias in blind windows too; ``fault=False``
repairs both and changes nothing else. Everything else is the article's: line masks, batches of 32,
Adam at 1e-3, mean absolute error of the raw picture. Lesson 12 shows both curves.
"""

import keras

from benchmarks import held_out
from benchmarks.results import record, table
from course_lib import classical, data, evaluation, masks, models, training
from course_lib._pixels import as_floats
from course_lib.layers import PartialConv2D
from tools.project import words

SEED = 2026
STEPS = 1_000
LOOK = 250  # steps between two looks at the held-out pictures
BATCH = 32
COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.article"
EPOCH = 1_562  # steps in an epoch of the article
PUBLISHED = {"after its first epoch": 0.0709, "best of 20 epochs": 0.0442}


class ArticleConvolution(keras.layers.Layer):
    """A partial convolution that can be given the published layer's two faults.

    Args:
        filters, strides: as in ``PartialConv2D``, whose arithmetic this uses.
        fault: divide by the number of input channels, and add the bias in blind windows too.

    Call arguments:
        inputs: as in ``PartialConv2D``: [features, valid], or lists of both.
    """

    def __init__(self, filters, strides=1, *, fault):
        super().__init__()
        self.convolution = PartialConv2D(filters, 3, strides, use_bias=False)
        self.bias = self.add_weight((filters,), initializer="zeros", name="bias")
        self.fault = fault

    def build(self, shapes):
        self.convolution.build(shapes)

    def call(self, inputs):
        features, valid = self.convolution(inputs)
        if self.fault:
            features = features / sum(self.convolution.channels) + self.bias
        else:
            features = features + self.bias * valid
        return [keras.ops.relu(features), valid]


def article_network(fault):
    """[damaged, valid] -> predicted: the article's ladder, 859,863 weights, faulty or repaired."""
    state = inputs = [keras.Input((32, 32, 3)), keras.Input((32, 32, 1))]
    skips = []
    for _ in range(4):
        state = ArticleConvolution(32, fault=fault)(state)
        skips.append(state)
        state = ArticleConvolution(32, strides=2, fault=fault)(state)
    for first, second in ((256, 128), (128, 64), (64, 32), (32, 3)):
        above = [keras.layers.UpSampling2D()(one) for one in state]
        state = [list(one) for one in zip(skips.pop(), above, strict=True)]
        state = ArticleConvolution(first, fault=fault)(state)
        state = ArticleConvolution(second, fault=fault)(state)
    output = keras.layers.Conv2D(3, 3, padding="same", activation="sigmoid")
    return keras.Model(inputs, output(state[0]))


def train(fault, pictures, look):
    """Train for STEPS steps; what ``look`` (model -> dict) says before, and every LOOK steps."""
    keras.utils.set_random_seed(SEED)
    model = article_network(fault)
    model.compile(keras.optimizers.Adam(1e-3), loss="mae")
    bank = masks.random_lines(4_096, seed=SEED)
    batches = training.pairs(pictures, bank, batch_size=BATCH, seed=SEED, valid=True)
    looks = {0: look(model)}
    for step in range(1, STEPS + 1):
        inputs, original = batches[step - 1]
        model.train_on_batch(inputs, original)
        if step % LOOK == 0:
            looks[step] = look(model)
            print(f"fault {fault}, step {step}: {looks[step]}", flush=True)
    return looks


def body(looks, baselines, parameters, provenance):
    """The section of RESULTS.md."""
    curve = [
        [f"{step:,}"]
        + [f"{looks[fault][step]['raw_mae_image']:.4f}" for fault in (True, False)]
        + [f"{looks[fault][step]['std']:.1e}" for fault in (True, False)]
        for step in looks[True]
    ]
    ends = [
        [name, f"{one['raw_mae_image']:.4f}", f"{one['mae_image']:.4f}", f"{one['psnr_hole']:.2f}"]
        for name, one in (("as published", looks[True][STEPS]), ("repaired", looks[False][STEPS]))
    ]
    ends += [
        [f"`{name}`", "", f"{one['mae_image']:.4f}", f"{one['psnr_hole']:.2f}"]
        for name, one in baselines.items()
    ]
    published = "; ".join(f"{value:.4f} {when}" for when, value in PUBLISHED.items())
    return "\n\n".join(
        [
            f"The article's network, {parameters:,} weights, with its layer as published (signal "
            "divided by the number of input channels, bias in blind windows) and repaired; both "
            "start from the same weights and see the same batches and masks. Line masks, "
            f"batches of {BATCH}, Adam 1e-3, mean "
            "absolute error of the whole raw picture. 1,000 held-out pictures "
            "(`benchmarks/held_out.py`) under `evaluation.frozen_masks(1000)['lines']`. "
            f"{provenance}",
            "Image MAE of the raw prediction, and the standard deviation of the prediction over "
            "all pixels and pictures, against training steps.",
            table(["steps", "as published", "repaired", "sd, as published", "sd, repaired"], curve),
            f"After {STEPS:,} steps, compared with methods that learn nothing.",
            table(["method", "raw image MAE", "composited image MAE", "hole PSNR, dB"], ends),
            f"The article's own figures, validation MAE of the raw picture on the test set: "
            f"{published} (an epoch is {EPOCH:,} steps).",
        ]
    )


def main():
    dataset = data.load("cifar10")
    pictures, _, judged = held_out.split(dataset)
    images = as_floats(judged)
    lines = evaluation.frozen_masks(len(images))["lines"]

    def look(model):
        predicted = models.predict(model, images, lines)
        scores = evaluation.evaluate(model, images, lines)
        return {key: scores[key] for key in ("raw_mae_image", "mae_image", "psnr_hole")} | {
            "std": float(predicted.std())
        }

    looks = {fault: train(fault, pictures, look) for fault in (False, True)}
    baselines = {
        name: evaluation.evaluate(classical.METHODS[name], images, lines)
        for name in evaluation.BASELINES
    }
    parameters = article_network(fault=True).count_params()
    text = body(looks, baselines, parameters, dataset.provenance)
    record("article", "The article's run, and repaired", text, COMMAND, SEED)


if __name__ == "__main__":
    words("benchmarks.article", __doc__, 0)
    main()
