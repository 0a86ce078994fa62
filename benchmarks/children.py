"""What ended child processes cost the processor."""

from resource import RUSAGE_CHILDREN, getrusage


def processor_seconds():
    """Seconds of processor, user and system, of all child processes that have ended so far."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
