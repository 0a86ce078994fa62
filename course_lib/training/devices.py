"""Where a network computes, and in which precision."""

import contextlib

import keras


def all_devices():
    """Where to build and compile a network that ``fit`` shall train on every GPU at once.

    With TensorFlow and two GPUs or more: the scope of a ``tf.distribute.MirroredStrategy``, which
    keeps a copy of the network on each, gives each its share of every batch, and adds up the
    gradients. Everywhere else it changes nothing. Let the batch size be a multiple of the number
    of GPUs: each share counts the same, whatever its size.

    Returns:
        A context manager.

    Example:
        >>> with all_devices():
        ...     model = keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(3, 1)])
        ...     model.compile("sgd", loss="mse")
    """
    if keras.backend.backend() != "tensorflow" or len(_gpus()) < 2:
        return contextlib.nullcontext()
    import tensorflow

    return tensorflow.distribute.MirroredStrategy().scope()


@contextlib.contextmanager
def mixed_precision(model):
    """On a GPU, let every layer but the last compute in float16 while the network trains."""
    layers = [one for one in _all_layers(model) if one.dtype_policy.name == "float32"]
    last = model.layers[-1]
    layers = [one for one in layers if one is not last]
    if not _gpus() or not layers:
        yield
        return
    optimizer = model.optimizer
    for layer in layers:
        layer.dtype_policy = "mixed_float16"
    if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        # float16 has no number between 0 and 6e-8: small gradients must be scaled up meanwhile.
        model.optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    _forget_traces(model)
    try:
        yield
    finally:
        for layer in layers:
            layer.dtype_policy = "float32"
        model.optimizer = optimizer
        _forget_traces(model)


def _forget_traces(model):
    """The compiled steps were made for the layers' former precision."""
    model.train_function = model.test_function = model.predict_function = None


def _all_layers(model):
    for layer in model.layers:
        yield from _all_layers(layer) if isinstance(layer, keras.Model) else [layer]


def _gpus():
    try:
        return keras.distribution.list_devices("gpu")
    except (AttributeError, NotImplementedError, RuntimeError):
        return []  # JAX raises where it has none; PyTorch's backend cannot be asked
