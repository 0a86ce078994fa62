"""What all layers ask of the arrays and numbers that they are given."""

from keras import ops

from course_lib._validation import brief, check_count, is_whole


def known_only(features, valid):
    """The features with 0 in the holes; a product would let NaN through."""
    return ops.where(valid > 0, features, ops.zeros((), features.dtype))


def shape_of(one):
    if not hasattr(one, "shape"):
        raise TypeError(f"a {type(one).__name__} was given: pass arrays or tensors (N, H, W, C).")
    return one.shape


def check_features(shape):
    if len(shape) != 4 or not isinstance(shape[-1], int):
        raise ValueError(f"features have shape {tuple(shape)}: pass (N, H, W, C) with a known C.")


def check_channels(layer, channels):
    if layer.built and channels != layer.channels:
        raise ValueError(
            f"{layer.name} has been built for features of {layer.channels} channels and is given "
            f"{channels}: make a new layer for these."
        )


def check_shapes(features, valid):
    first = features[0]
    for shape, mask in zip(features, valid, strict=True):
        check_features(shape)
        if len(mask) != 4 or mask[-1] != 1:
            raise ValueError(
                f"a validity has shape {tuple(mask)}: pass (N, H, W, 1), one channel, 1 = known."
            )
        if not (_fits(shape, mask) and _fits(shape, first)):
            raise ValueError(
                f"features {tuple(shape)} and validity {tuple(mask)} do not fit each other or "
                f"the first features {tuple(first)}: all of them need one N, H and W."
            )


def _fits(one, other):
    sides = zip(one[:3], other[:3], strict=True)
    return all(a is None or b is None or a == b for a, b in sides)


def check_binary(valid):
    """Refuse a grey mask where its values can be seen: inside a compiled function they cannot."""
    try:
        values = ops.convert_to_numpy(valid)
    except Exception:  # each backend raises its own for a symbol
        return
    if not ((values == 0) | (values == 1)).all():
        raise ValueError(
            "a validity holds something else than 0 and 1: pass 1 = known and 0 = hole, "
            "for example 1 - mask[..., None].astype('float32')."
        )


def check_sides(name, sizes):
    pair = (sizes, sizes) if is_whole(sizes) else sizes
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise ValueError(f"{name} is {brief(sizes)}: pass a whole number or two, (height, width).")
    return tuple(check_count(name, size, lowest=1) for size in pair)
