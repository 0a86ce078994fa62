"""What several test files share that look into networks, on every backend of Keras."""

import keras
import numpy as np
from keras import ops

BACKEND = keras.backend.backend()


def pictures(count, height, width, seed=0):
    return np.random.RandomState(seed).random_sample((count, height, width, 3)).astype(np.float32)


def holes(count, height, width, seed=0):
    return np.random.RandomState(seed).random_sample((count, height, width)) < 0.3


def inputs_of(network, damaged, mask):
    valid = 1 - mask[..., None].astype(np.float32)
    return [damaged, valid] if len(network.inputs) == 2 else damaged


def numbers(tensor):
    return np.asarray(ops.convert_to_numpy(tensor), np.float32)


def compiled(layer):
    """JAX compiles every operation anew for every shape: sooner done once for the whole layer."""
    if BACKEND != "jax":
        return layer
    import jax

    return jax.jit(layer)


def gradients(scalar, *arrays):
    """d scalar(*arrays) / d array for each; zeros where the scalar does not depend on it."""
    tensors = [ops.convert_to_tensor(one) for one in arrays]
    if BACKEND == "jax":
        import jax

        found = jax.grad(scalar, argnums=tuple(range(len(tensors))))(*tensors)
    elif BACKEND == "torch":
        import torch

        tensors = [one.detach().requires_grad_() for one in tensors]
        loss = scalar(*tensors) + sum(0 * one.sum() for one in tensors)  # depend on all of them
        found = torch.autograd.grad(loss, tensors)
    else:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(tensors)
            loss = scalar(*tensors)
        found = tape.gradient(loss, tensors, unconnected_gradients="zero")
    return [numbers(one) for one in found]


def randomize(network, seed=0):
    """Random weights, biases too (which start at 0); scaled to keep signals alive."""
    random = np.random.RandomState(seed)
    network.set_weights(
        [
            random.normal(0, 1 / np.sqrt(w[..., 0].size), w.shape) if w.ndim == 4
            else random.normal(0, 0.3, w.shape)
            for w in network.get_weights()
        ]
    )  # fmt: skip


def enlarge(features, weights):
    kernel, bias = weights  # (2, 2, filters, channels)
    height, width = features.shape[:2]
    doubled = np.einsum("ijc,abfc->iajbf", features, kernel)
    return doubled.reshape(2 * height, 2 * width, -1) + bias
