"""What the shipped networks are called, where that differs from the name of their file."""

FILES = {"fill_and_correct": "best"}  # the name that a reader sees -> the file's


def shown_name(name):
    """What a method is called on a page: ``best`` is ``fill_and_correct``, others as they are.

    Example:
        >>> shown_name("best"), shown_name("harmonic")
        ('fill_and_correct', 'harmonic')
    """
    return {file: shown for shown, file in FILES.items()}.get(name, name)


def file_name(name):
    """The name of a network's file in ``course_lib/weights``, by either of the network's names.

    Example:
        >>> file_name("fill_and_correct"), file_name("best")
        ('best', 'best')
    """
    return FILES.get(name, name)
