"""An exercise that nobody has touched runs from top to bottom."""

import json
import os
import subprocess
import sys

import pytest

from tests.helpers import PATIENCE
from tools.exercises import CALL, exercise, render_solution
from tools.project import ROOT, SOLUTIONS

SOURCES = sorted((SOLUTIONS / "src").glob("[0-9][0-9]_*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_untouched_exercise_runs_and_says_not_attempted(path, tmp_path):
    """Top to bottom in a fresh process, without a traceback; every check answers."""
    cells = [
        cell.source
        for cell in exercise(render_solution(path)).cells
        if cell.cell_type == "code" and not cell.source.startswith("# On Google Colab")
    ]
    calls = [cell for cell in cells if CALL.match(cell)]
    script = f"""
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
verdicts = []
for cell in {cells!r}:
    result = shell.run_cell(cell)
    result.raise_error()
    if cell in {calls!r}:
        verdicts.append(result.result.verdict)
heavy = [name for name in ("keras", "tensorflow", "wandb") if name in sys.modules]
print(json.dumps([verdicts, heavy]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=dict(os.environ, PYTHONPATH=str(ROOT), INPAINTING_PROFILE="smoke"),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    verdicts, heavy = json.loads(done.stdout.strip().splitlines()[-1])
    assert verdicts == ["not attempted"] * len(calls) and calls
    if path.stem[:2] in ("01", "02", "03", "04", "05"):
        assert heavy == []
