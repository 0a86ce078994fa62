"""What TensorFlow says in a fresh process, once a lesson has begun."""

import subprocess
import sys


def test_tensorflows_notes_are_kept_out_of_cells_and_its_errors_are_not():
    script = """
import logging
from course_lib import runtime
runtime.setup()
import tensorflow
logger = tensorflow.get_logger()
logger.setLevel(logging.INFO)
logger.warning("a note on retracing")
logger.error("a true error")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "a true error" in done.stderr
    assert "retracing" not in done.stderr + done.stdout
