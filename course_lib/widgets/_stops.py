"""A slider that stops at given numbers and begins where the still picture has something to show."""

import ipywidgets


def stops(name, numbers, start):
    return ipywidgets.SelectionSlider(options=list(numbers), value=start, description=name)
