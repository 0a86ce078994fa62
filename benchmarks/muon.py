"""Muon for convolutions: Keras's own leaves every kernel of four dimensions to Adam."""

import keras
from keras import ops

SMALLEST = 16  # a kernel whose matrix has a side below this is left to Adam


@keras.saving.register_keras_serializable(package="inpainting_course")
class ConvolutionMuon(keras.optimizers.Muon):
    """Momentum whose update of a convolution's kernel is made orthogonal, as a matrix.

    A kernel (kh, kw, C, F) is read as a matrix (kh * kw * C, F): each of its columns is a filter.
    All else, biases and the few kernels with a side below ``SMALLEST``, takes Adam's step.

    The Newton-Schulz polynomials are Keras's own, but they are evaluated on the small square
    matrix X'X: an update p(X'X) X of a matrix nine times as tall as wide costs two products of
    its full height, the first and the last, instead of two in each of the five rounds.

    Args:
        learning_rate and the rest: as in ``keras.optimizers.Muon``, without weight decay unless
            it is asked for.

    Source: Jordan et al., Muon: an optimizer for hidden layers in neural networks, 2024,
    https://kellerjordan.github.io/posts/muon; the update's length: Liu et al., Muon is scalable
    for LLM training, 2025, section 2.2, https://arxiv.org/abs/2502.16982.

    Example:
        >>> ConvolutionMuon(1e-3)._should_use_adamw(keras.Variable(ops.ones((3, 3, 16, 32))))
        False
    """

    def __init__(self, learning_rate=1e-3, weight_decay=None, adam_weight_decay=None, **kwargs):
        super().__init__(
            learning_rate,
            weight_decay=weight_decay,
            adam_weight_decay=adam_weight_decay,
            **kwargs,
        )

    def _should_use_adamw(self, variable):
        shape = variable.shape
        if len(shape) != 4:
            return True
        return min(shape[0] * shape[1] * shape[2], shape[3]) < SMALLEST

    def _muon_update_step(self, gradient, variable, lr, m):
        self.assign_add(m, ops.add(gradient, m * (self.momentum - 1)))
        update = ops.add(gradient, self.momentum * m) if self.nesterov else m
        matrix = ops.reshape(update, (-1, variable.shape[-1]))
        stretched = self.lr_adjust(lr * self.zeropower_via_newtonschulz5(matrix, self.ns_steps))
        self.assign_sub(variable, ops.reshape(stretched, variable.shape))

    def zeropower_via_newtonschulz5(self, x, steps):
        """The nearest orthogonal matrix, roughly: every singular value is brought near 1."""
        if x.shape[-2] < x.shape[-1]:
            return ops.transpose(self.zeropower_via_newtonschulz5(ops.transpose(x), steps))
        x = x / (ops.norm(x) + 1e-7)
        square = ops.transpose(x) @ x
        product = ops.eye(x.shape[-1], dtype=x.dtype)
        for _ in range(steps):
            factor = self.muon_a * ops.eye(x.shape[-1], dtype=x.dtype) + (
                self.muon_b * square + self.muon_c * square @ square
            )
            product = product @ factor
            square = factor @ square @ factor
        return x @ product
