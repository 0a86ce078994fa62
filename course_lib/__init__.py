"""The small shared library of the inpainting course: what more than one notebook needs.

Three floors, with imports running only downwards: ground (``masks``, ``data``, ``classical``,
``metrics``, ``plots``), learning (Keras) and classroom (``runtime``, ``evaluation``,
``widgets``, ``checks``). Importing a ground or classroom module never loads Keras.
"""

__version__ = "0.1.0"
