"""Where a network computes, and in which precision."""

import contextlib

import keras

from course_lib._validation import brief


def all_devices():
    """Where to build and compile a network that ``fit`` is to train on every GPU at once.

    With TensorFlow and two GPUs or more: the scope of a ``tf.distribute.MirroredStrategy``, which
    keeps a copy of the network on each, gives each its share of every batch, and adds up the
    gradients. Everywhere else it changes nothing. Make the batch size a multiple of the number
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
def precision(policy):
    """Build a network whose layers compute in the precision of a Keras policy.

    Under "mixed_float16" or "mixed_bfloat16" most of the arithmetic is done in 16 bits, which a
    GPU does several times as fast; weights stay float32, as do the course's predictions and
    losses. Keras scales the loss up meanwhile, since float16 has no number between 0 and 6e-8.

    Args:
        policy: "float32", "mixed_float16" or "mixed_bfloat16", for instance.

    Returns:
        A context manager.

    Raises:
        ValueError: if Keras knows no such policy.

    Source: Micikevicius et al., Mixed precision training, 2018, https://arxiv.org/abs/1710.03740.

    Example:
        >>> with precision("mixed_float16"):
        ...     layer = keras.layers.Conv2D(3, 1)
        >>> layer.compute_dtype, layer.variable_dtype
        ('float16', 'float32')
    """
    before = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy(policy)
    except (TypeError, ValueError, AttributeError):
        raise ValueError(
            f'policy is {brief(policy)}: pass "float32", "mixed_float16" or "mixed_bfloat16".'
        ) from None
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _gpus():
    try:
        return keras.distribution.list_devices("gpu")
    except (AttributeError, NotImplementedError, RuntimeError):
        return []  # JAX raises where there is none; PyTorch's backend cannot be asked
