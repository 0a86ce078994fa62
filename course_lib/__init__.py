"""The small shared library of the inpainting course: what more than one notebook needs.

Three floors, imports run downwards only: ground (``masks``, ``data``, ``classical``,
``metrics``, ``plots``), learning (Keras), classroom (``runtime``, ``evaluation``,
``widgets``, ``checks``). Importing a ground or classroom module never loads Keras.
"""

__version__ = "0.1.0"
