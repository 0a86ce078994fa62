"""What a partial convolution costs, compared with a plain one, the article's, and PyTorch's.

    python -m benchmarks.partial_conv [--quick]

One U-Net, seven ways: plain, plain with the mask as input, ``layers.PartialConv2D``, the article's
layer written out plainly; and, where PyTorch is installed, plain and what NVIDIA publishes, with
one mask channel and with many. The networks take turns, a step each; memory is measured in a
fresh process each. ``--quick`` tries everything at small sizes, records nothing.
"""

import os

# Before TensorFlow loads: it would take all of a GPU's memory, and PyTorch needs some.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")

import argparse  # noqa: E402
import functools  # noqa: E402
import gc  # noqa: E402
import importlib.util  # noqa: E402
import multiprocessing  # noqa: E402
import re  # noqa: E402
from importlib.metadata import version  # noqa: E402
from pathlib import Path  # noqa: E402
from unittest import mock  # noqa: E402

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import ops  # noqa: E402

from benchmarks.pipeline import interleaved  # noqa: E402
from benchmarks.results import record, table  # noqa: E402
from course_lib import masks, models  # noqa: E402

SEED = 0
# (width, batch): rounds. A step of the largest network takes 50 times one of the smallest.
ROUNDS = {(16, 32): 21, (16, 128): 7, (32, 32): 15, (32, 128): 3, (64, 32): 3, (64, 128): 3}
MEMORY = [(32, 32), (32, 128)]
SIZE_ROUNDS = {32: 21, 64: 15, 128: 9, 256: 5, 512: 3, 1024: 3}
QUICK_ROUNDS = {(2, 4): 3, (2, 8): 2}
QUICK_MEMORY = [(2, 4)]
QUICK_SIZE_ROUNDS = {32: 2, 272: 1}
SIZE_WIDTH = 16
TRAINED_TO = 256  # pixels a side: the largest picture that a training step is timed on

PLAIN, MASKED, PARTIAL, ARTICLE = "plain", "plain, mask as input", "partial", "the article's"
TORCH, TORCH_ONE, TORCH_MANY = (
    "PyTorch, plain",
    "PyTorch, one mask channel",
    "PyTorch, many mask channels",
)


class ArticleConv2D(keras.layers.Layer):
    """The article's layer, written out plainly: its mask is as deep as the features.

    The mask is counted by a convolution with a kernel of ones as large as the layer's own, after
    padding by hand. One thing is mended: the article divides by a window of 9 pixels instead of
    9 * channels. That costs nothing, and without it the numbers vanish from layer to layer.
    """

    def __init__(self, filters, activation):
        super().__init__()
        self.filters, self.activation = filters, keras.activations.get(activation)

    def build(self, shapes):
        channels = shapes[0][-1]
        self.kernel = self.add_weight((3, 3, channels, self.filters))
        self.bias = self.add_weight((self.filters,), initializer="zeros")
        self.window = 9 * channels

    def call(self, inputs):
        features, mask = (ops.pad(one, [[0, 0], [1, 1], [1, 1], [0, 0]]) for one in inputs)
        count = ops.conv(mask, ops.ones(self.kernel.shape), padding="valid")
        new_mask = ops.clip(count, 0, 1)
        ratio = self.window / (count + 1e-8) * new_mask
        features = ops.conv(features * mask, self.kernel, padding="valid") * ratio
        return [self.activation(features + self.bias), new_mask]


def article_unet(width):
    """``models.partial_conv_unet`` with the article's layer: its mask is (N, H, W, 3)."""
    state = inputs = [keras.Input((None, None, 3)), keras.Input((None, None, 3))]
    skips = []
    for level in range(models.LEVELS):
        state = _twice(state, width * 2**level)
        skips.append(state)
        state = [keras.layers.MaxPooling2D()(one) for one in state]
    state = _twice(state, models.DIVISOR * width)
    for level in reversed(range(models.LEVELS)):
        filters = width * 2**level
        up = keras.layers.Conv2DTranspose(filters, 2, strides=2)(state[0])
        # All channels share one mask, so any of them will do for what has half as many.
        mask = keras.layers.UpSampling2D()(state[1][..., :filters])
        beside = zip([up, mask], skips[level], strict=True)
        state = _twice([keras.layers.Concatenate()(list(pair)) for pair in beside], filters)
    return keras.Model(inputs, ArticleConv2D(3, "sigmoid")(state)[0])


def _twice(state, filters):
    return ArticleConv2D(filters, "relu")(ArticleConv2D(filters, "relu")(state))


class KerasNetwork:
    """A Keras network and the batch that it is timed on."""

    def __init__(self, model):
        self.model = model
        model.compile("adam", "mse")

    def set_weights(self, weights):
        self.model.set_weights(weights)

    def take(self, damaged, valid, images):
        self.inputs, self.images = damaged, images
        if len(self.model.inputs) == 2:
            channels = self.model.inputs[1].shape[-1]
            self.inputs = [damaged, np.repeat(valid, channels, axis=-1)]

    def train(self):
        self.model.train_on_batch(self.inputs, self.images)

    def infer(self):
        self.predicted = self.model.predict_on_batch(self.inputs)

    def result(self):
        return self.predicted


class Elsewhere:
    """A network that lives in the process for PyTorch, and does there what it is told here.

    TensorFlow and PyTorch in one process can bring it down: each may carry an LLVM of its own.
    """

    held = {}  # in that process: name -> network

    def __init__(self, name, width):
        self.name = name
        _torch_process().apply(_hold, (name, width))
        for method in ("set_weights", "take", "train", "infer", "result"):
            setattr(self, method, functools.partial(self._tell, method))

    def _tell(self, method, *arguments):
        return _torch_process().apply(_do, (self.name, method, *arguments))


def _hold(name, width):
    Elsewhere.held[name] = build(name, width)


def _do(name, method, *arguments):
    return getattr(Elsewhere.held[name], method)(*arguments)


@functools.cache
def _torch_process():
    return _fresh_process(TORCH)


def _fresh_process(name):
    """A pool of one process for the network of that name; Keras there does not load TensorFlow."""
    backend = {"KERAS_BACKEND": "torch"} if name in CONVOLUTIONS else {}
    with mock.patch.dict(os.environ, backend):
        return multiprocessing.get_context("spawn").Pool(1)


MODELS = {
    PLAIN: models.vanilla_unet,
    MASKED: functools.partial(models.vanilla_unet, masked=True),
    PARTIAL: models.partial_conv_unet,
    ARTICLE: article_unet,
}
CONVOLUTIONS = {TORCH: "Plain", TORCH_ONE: "OneChannel", TORCH_MANY: "ManyChannels"}
HAS_TORCH = importlib.util.find_spec("torch") is not None
NAMES = [*MODELS, *(CONVOLUTIONS if HAS_TORCH else [])]


def build(name, width):
    """The network of that name, in this process."""
    if name in MODELS:
        return KerasNetwork(MODELS[name](width))
    from benchmarks import torch_unet  # not at the top: PyTorch is no requirement of the course

    return torch_unet.TorchNetwork(width, getattr(torch_unet, CONVOLUTIONS[name]))


def place(name, width):
    """The network of that name, in the process for its kind."""
    return build(name, width) if name in MODELS else Elsewhere(name, width)


def disagreement(width=4):
    """Largest difference between what PARTIAL and each other partial network predict.

    All have the same weights (biases 0: in a blind window the article's layer keeps its bias) and
    see the same pictures with a large square hole. Dict name -> float.
    """
    keras.utils.set_random_seed(SEED)
    batch = _batch(2, 32, masks.squares(2, 32, side=20))
    partial = place(PARTIAL, width)
    predicted = {}
    for name in [name for name in NAMES if name not in (PLAIN, MASKED, TORCH)]:
        network = place(name, width)
        network.set_weights(partial.model.get_weights())
        network.take(*batch)
        network.infer()
        predicted[name] = network.result()
    expected = predicted.pop(PARTIAL)
    return {name: float(np.abs(one - expected).max()) for name, one in predicted.items()}


def compare_networks(rounds):
    """Markdown: for each (width, batch) of ``rounds`` a table of all networks."""
    tables, moved = [], []
    for width in sorted({width for width, _ in rounds}):
        networks = {name: place(name, width) for name in NAMES}
        for size in [size for one, size in rounds if one == width]:
            repeats = rounds[width, size]
            batch = _batch(size, 32, masks.random_lines(size, 32, seed=SEED))
            train = _take_turns(networks, batch, "train", repeats)
            infer = _take_turns(networks, batch, "infer", repeats)
            rows = [(name, *_cells(train, name), *_cells(infer, name)) for name in networks]
            header = ["network", "training step, ms", "times plain", "quartiles"]
            header += ["inference, ms", *header[2:]]
            tables.append(
                f"Width {width}, batch {size}, {repeats} rounds:\n\n{table(header, rows)}"
            )
            moved += [_movement(train), _movement(infer)]
        del networks
        keras.backend.clear_session()
        gc.collect()
    tables.append(
        "Between the first half of the rounds and the second, the median ratio of partial to "
        f"plain moved by {max(moved):.2f} at most."
    )
    return "\n\n".join(tables)


def compare_sizes(rounds):
    """Markdown: one picture of each size in ``rounds``: plain, partial and the article's."""
    networks = {name: place(name, SIZE_WIDTH) for name in (PLAIN, PARTIAL, ARTICLE)}
    header = ["pixels a side"]
    for kind in ("inference", "training step"):
        header += [f"{kind}, plain, ms", "partial, times plain", "the article's, times plain"]
    rows = []
    for size, repeats in rounds.items():
        batch, cells = _batch(1, size, masks.random_lines(1, size, seed=SEED)), []
        for kind in ("infer", "train") if size <= TRAINED_TO else ("infer",):
            seconds = _take_turns(networks, batch, kind, repeats)
            cells.append(_milliseconds(seconds[PLAIN]))
            cells += [f"{np.median(_ratio(seconds, name)):.2f}" for name in (PARTIAL, ARTICLE)]
        rows.append((f"{size:,}", *cells, *[""] * (6 - len(cells))))
    return table(header, rows)


def compare_memory(settings):
    """Markdown: the most memory that an inference and a training step of each network need."""
    if not Path("/proc/self/status").exists():
        return "Not measured: this system does not tell a process's peak."
    header = [
        f"{kind}, width {width}, batch {size}"
        for width, size in settings
        for kind in ("inference", "training step")
    ]
    rows = []
    for name in NAMES:
        cells = []
        for setting in settings:
            with _fresh_process(name) as pool:
                cells += [f"{peak / 1e6:,.0f}" for peak in pool.apply(peaks, (name, *setting))]
        rows.append((name, *cells))
    return table(["network", *header], rows)


def peaks(name, width, size):
    """Bytes above the bare libraries' at the peak of inference, and then of training steps.

    Of the GPU where there is one, else of the process (resident, VmHWM of Linux: unlike
    ru_maxrss it does not start from the parent's).
    """
    before = _peak(name)
    network = build(name, width)
    network.take(*_batch(size, 32, masks.random_lines(size, 32, seed=SEED)))
    reached = []
    for step in (network.infer, network.train):
        for _ in range(2):
            step()
        reached.append(_peak(name) - before)
    return reached


def main(arguments=None):
    parser = argparse.ArgumentParser(description="What a partial convolution costs.")
    parser.add_argument("--quick", action="store_true", help="small sizes, nothing is recorded")
    quick = parser.parse_args(arguments).quick
    rounds, sizes, settings = (
        (QUICK_ROUNDS, QUICK_SIZE_ROUNDS, QUICK_MEMORY) if quick else (ROUNDS, SIZE_ROUNDS, MEMORY)
    )
    report = _print if quick else _record
    report("", "what a step takes", f"{_conditions()}\n\n{compare_networks(rounds)}")
    report(
        "_sizes",
        "against the picture's size",
        f"The networks of the section above at width {SIZE_WIDTH}, one picture at a time; "
        f"medians of {min(sizes.values())} to {max(sizes.values())} rounds.\n\n"
        + compare_sizes(sizes),
    )
    report(
        "_memory",
        "peak memory",
        "MB beyond what the imported libraries take, each network and batch in a fresh process.\n\n"
        + compare_memory(settings),
    )


def _record(name, title, body):
    command = "python -m benchmarks.partial_conv"
    record(f"partial_conv{name}", f"The cost of partial convolution: {title}", body, command, SEED)


def _print(name, title, body):
    print(f"{title}\n\n{body}\n", flush=True)


def _conditions():
    different = disagreement()
    device = "GPU" if keras.distribution.list_devices("gpu") else "CPU"
    text = (
        f"The same U-Net each time, Keras on {keras.backend.backend()}, {device}; pictures of 32 x "
        "32 pixels, line masks, mean squared error, Adam. The networks take turns, a step each, "
        "in an order drawn again every round; medians, and ratios taken round by round with their "
        "quartiles. "
        "`partial` is `models.partial_conv_unet`, `the article's` its layer written out plainly, "
        "with a mask as deep as the features (and its missing count of channels put back, which "
        "costs nothing)."
    )
    if HAS_TORCH:
        text += (
            f" PyTorch {version('torch')} has a plain network of its own to be compared with; its "
            "partial ones restate NVIDIA's published layer, with one mask channel, or one for each "
            "channel of the features. A single mask channel cannot tell the skip's holes from "
            "those in what comes from below, so its counts differ a little."
        )
    else:
        text += " PyTorch is not installed, so its networks are missing."
    compared = ", ".join(f"{name} {value:.0e}" for name, value in sorted(different.items()))
    return f"{text}\n\nLargest difference from what `partial` predicts, same weights: {compared}."


def _batch(count, size, holes):
    """Random pictures and their masks: (damaged, valid, images)."""
    images = np.random.RandomState(SEED).rand(count, size, size, 3).astype(np.float32)
    valid = 1 - holes[..., None].astype(np.float32)
    return images * valid, valid, images


def _take_turns(networks, batch, kind, rounds):
    for network in networks.values():
        network.take(*batch)
    steps = {name: getattr(network, kind) for name, network in networks.items()}
    return interleaved({name: lambda _, step=step: step() for name, step in steps.items()}, rounds)


def _cells(seconds, name):
    ratio = _ratio(seconds, name)
    low, high = np.quantile(ratio, [0.25, 0.75])
    return _milliseconds(seconds[name]), f"{np.median(ratio):.2f}", f"{low:.2f} to {high:.2f}"


def _ratio(seconds, name):
    return seconds[name] / seconds[TORCH if name in CONVOLUTIONS else PLAIN]


def _movement(seconds):
    first, second = np.array_split(_ratio(seconds, PARTIAL), 2)
    return abs(np.median(first) - np.median(second))


def _milliseconds(seconds):
    return f"{1000 * np.median(seconds):,.1f}"


def _peak(name):
    """Peak bytes until now, where the network's numbers are."""
    if name in CONVOLUTIONS:
        import torch

        if torch.cuda.is_available():
            return torch.cuda.max_memory_allocated()
    elif keras.distribution.list_devices("gpu") and keras.backend.backend() == "tensorflow":
        import tensorflow

        return tensorflow.config.experimental.get_memory_info("GPU:0")["peak"]
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", status)[1])


if __name__ == "__main__":
    main()
