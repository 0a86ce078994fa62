"""What makes a training this one and no other, so that no folder is taken for another training's.

Every part is described in what JSON can hold, and alike in every process that runs the same code:
names that Keras numbers, addresses and line numbers are left out.
"""

import functools
import hashlib
import json
import types
import warnings
import weakref

import keras
import numpy as np

from course_lib.training.pairs import Pairs

FIRST_WEIGHTS = "first weights"
SIMPLE = (bool, int, float, str)
CONNECTIONS = ("keras_history", "input_layers", "output_layers")  # Keras's, by layers' names
COUNTED_UP = ("name", "build_config", "shared_object_id")  # in Keras's configurations
NOTED = ("name", "built", "stateful")  # attributes that change with use
RULES = {  # what Keras's callbacks that steer a training were told
    keras.callbacks.EarlyStopping: (
        "monitor", "patience", "min_delta", "baseline", "restore_best_weights", "start_from_epoch",
    ),
    keras.callbacks.ReduceLROnPlateau: (
        "monitor", "factor", "patience", "min_delta", "cooldown", "min_lr",
    ),
    keras.callbacks.LearningRateScheduler: ("schedule",),
}  # fmt: skip
LIBRARIES = ("course_lib", "keras", "tensorflow", "jax", "torch", "numpy")  # not the user's code
_left = weakref.WeakKeyDictionary()  # network -> (folder, how it began, as fit left it)


def identity(model, train, validation, seed, callbacks, path):
    """What must not differ between calls that share a checkpoint, by its name in a sentence.

    A network that ``fit`` left for the same folder counts as what it was when it began.
    """
    moving = _moving(model)
    folder, began, left = _left.get(model, (None, {}, {}))
    if folder == path.resolve():
        moving = {name: began[name] if left[name] == one else one for name, one in moving.items()}
    steering = [one for one in callbacks if isinstance(one, tuple(RULES))]
    return {
        "network": _digest(_architecture(model)),
        **moving,
        "loss or metrics": _digest(_compiled(model)),
        "training data": _digest(_content(train, seed)),
        "validation data": _digest(_content(validation, seed)),
        "seed": seed,
        "callbacks": _digest([_rules(one) for one in steering]),
        "backend": keras.backend.backend(),
    }


def remember(model, path, began):
    """Note how ``fit`` leaves a network that began in ``path`` with the identity ``began``."""
    _left[model] = path.resolve(), began, _moving(model)


def weights_digest(model, arrays):
    """One word for the values of a network's variables, leaving out dropout's random numbers."""
    named = zip(model.variables, arrays, strict=True)
    return _digest([array for one, array in named if one.name != "seed_generator_state"])


def _moving(model):
    """What a training changes itself: the weights, and a learning rate that callbacks set."""
    optimizer = model.optimizer
    rate = getattr(optimizer, "_learning_rate", None)
    is_schedule = isinstance(rate, keras.optimizers.schedules.LearningRateSchedule)
    arrays = [keras.ops.convert_to_numpy(one) for one in model.variables]
    return {
        FIRST_WEIGHTS: weights_digest(model, arrays),
        "optimizer or learning rate": _digest([optimizer, rate if is_schedule else None]),
    }


def _architecture(model):
    """Configuration and shapes, and the code that no configuration tells: the user's own layers."""
    layers = [*model._flatten_layers()]  # the network and all inside it
    config = _placed(_config(model)) or [_described(one) for one in layers[1:]]
    described = [config, [list(one.shape) for one in model.variables]]
    own = [_layer_code(one) for one in layers]
    return [*described, own] if any(own) else described


def _layer_code(layer):
    if isinstance(layer, keras.layers.Lambda):
        return _described(layer.function)
    return _class_code(type(layer))


def _class_code(kind):
    """What a class's functions do, and those of the user's own bases; nothing for a library's."""
    own = [one for one in kind.__mro__ if _is_own(one)]
    functions = [getattr(one, "__func__", one) for base in own for one in vars(base).values()]
    return [_described(one) for one in functions if isinstance(one, types.FunctionType)]


def _is_own(one):
    return (one.__module__ or "").partition(".")[0] not in LIBRARIES


def _placed(config, places=None):
    """A network's configuration, with layers' places in their list instead of their names."""
    if isinstance(config, dict):
        layers = config.get("layers")
        if isinstance(layers, list):
            places = {layer["config"]["name"]: place for place, layer in enumerate(layers)}
        return {
            name: _renamed(one, places) if name in CONNECTIONS else _placed(one, places)
            for name, one in config.items()
        }
    if isinstance(config, (list, tuple)):
        return [_placed(one, places) for one in config]
    return config


def _renamed(value, places):
    if isinstance(value, (list, tuple)):
        return [_renamed(one, places) for one in value]
    return places.get(value, value) if places else value


def _compiled(model):
    told = getattr(getattr(model, "_compile_config", None), "config", {})
    return [
        model.loss,
        *(told.get(name) for name in ("loss_weights", "metrics", "weighted_metrics")),
    ]


def _content(data, seed):
    """All that determines the batches of ``pairs``; for other data three batches of epoch 0."""
    if isinstance(data, Pairs):
        flags = data.batch_size, data.valid, data.frozen, data.tells_holes
        return [data.images, data.masks, flags, None if data.frozen else data.seed]
    first, second = _drawn(data, seed), _drawn(data, seed)
    return [len(data), first if first == second else "drawn anew every time"]


def _drawn(data, seed):
    keras.utils.set_random_seed(seed)
    if hasattr(data, "epoch"):
        data.epoch = 0
    batches = [data[k] for k in sorted({0, len(data) // 2, len(data) - 1})]
    return _digest([keras.ops.convert_to_numpy(one) for one in keras.tree.flatten(batches)])


def _rules(callback):
    """What a callback was told; Keras flips the sign of ``min_delta`` when it is first used."""
    kind = next(one for one in RULES if isinstance(callback, one))
    rules = {name: getattr(callback, name, None) for name in RULES[kind]}
    if getattr(callback, "mode", "auto") != "auto":  # left out where it is what it was
        rules["mode"] = callback.mode
    return [kind.__name__, {**rules, "min_delta": abs(rules.get("min_delta") or 0)}]


def _digest(value):
    return hashlib.sha256(json.dumps(_described(value)).encode()).hexdigest()


def _described(value):
    """A value in lists, words and numbers."""
    if value is None or isinstance(value, SIMPLE):
        return value
    if isinstance(value, dict):
        return _described_dict(value)
    if isinstance(value, (list, tuple)):
        return [_described(one) for one in value]
    if isinstance(value, (np.ndarray, np.generic)):
        content = np.ascontiguousarray(value)
        return [content.dtype.str, list(content.shape), hashlib.sha256(content).hexdigest()]
    if isinstance(value, functools.partial):
        return _described([value.func, value.args, value.keywords])
    if isinstance(value, types.MethodType):
        return _described([value.__func__, value.__self__])
    if isinstance(value, types.FunctionType):
        return _described_function(value)
    described = [type(value).__qualname__, _described(_config(value)), _described(_told(value))]
    code = _class_code(type(value))
    return [*described, code] if code else described


def _described_dict(value):
    kind = value.get("class_name")
    if kind == "__lambda__":  # its bytes hold the name of the file that it came from
        return kind
    if kind == "DTypePolicy":
        return [kind, value["config"]["name"]]
    return {str(key): _described(one) for key, one in value.items() if key not in COUNTED_UP}


def _described_function(function):
    """What it does: its code, the plain values that it takes from outside, and the same for the
    user's own functions that it calls."""
    reached = [function]
    for one in reached:  # grows
        called = [other for other in _outside(one) if isinstance(other, types.FunctionType)]
        reached += [other for other in called if _is_own(other) and other not in reached]
    return [_described_alone(one) for one in reached]


def _described_alone(function):
    plain = [one for one in _outside(function) if _is_plain(one)]
    return [function.__name__, _code(function.__code__), _described([function.__defaults__, plain])]


def _outside(function):
    cells = function.__closure__ or ()
    found = [function.__globals__.get(name) for name in _names(function.__code__)]
    return found + [getattr(cell, "cell_contents", None) for cell in cells]


def _names(code):
    """The names that a function looks up, those in its inner functions and generators included."""
    inner = [one for one in code.co_consts if isinstance(one, types.CodeType)]
    return [*code.co_names, *(name for one in inner for name in _names(one))]


def _is_plain(value):
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return isinstance(value, (*SIMPLE, np.ndarray, np.generic))


def _code(code):
    return [code.co_code.hex(), list(code.co_names), [_constant(one) for one in code.co_consts]]


def _constant(value):
    if isinstance(value, types.CodeType):
        return _code(value)
    return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)


def _told(value):
    """The plain settings among an object's attributes, and those of the user's objects in it."""
    told = {}
    for name, one in getattr(value, "__dict__", {}).items():
        if name.startswith("_") or name in NOTED:  # what Keras notes for itself
            continue
        if _is_plain(one) or (isinstance(one, types.FunctionType) and _is_own(one)):
            told[name] = one
        elif _is_own(type(one)) and not isinstance(one, keras.Layer):
            inside = getattr(one, "__dict__", {}).items()
            told[name] = {key: part for key, part in inside if _is_plain(part)}
    return told


def _config(value):
    """What Keras would save of it; nothing where a class of the user's does not say."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return value.get_config()
    except Exception:  # not Keras's, or not saveable: each class raises its own
        return {}
