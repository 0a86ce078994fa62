"""docs/reliability.md promises what tests do and what the course says, and nothing else."""

import ast
import re

import pytest

from tests.reliability import NOTHING, rows
from tools.project import ROOT

FAULTS = sorted((ROOT / "tests" / "system").glob("test_faults*.py"))
ROWS = rows()


def named_in(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        f"{path.name}::{node.name}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.fixture(scope="module")
def sayings():
    """Every text in the library and the tools, with … where something is filled in."""
    found = []
    for folder in ("course_lib", "tools"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    parts = [
                        part.value if isinstance(part, ast.Constant) else "…"
                        for part in node.values
                    ]
                    found.append("".join(parts))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(re.sub("%[sd]", "…", node.value))
    return found


def test_there_are_rows_and_each_names_its_tests():
    assert len(ROWS) > 40 and all(len(row.tests) == 1 for row in ROWS)
    assert len({row.tests for row in ROWS}) == len({row.fault for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.tests[0].split("::")[1])
def test_a_rows_test_is_there(row):
    (name,) = row.tests
    file = name.split("::")[0]
    (path,) = [ROOT / folder / file for folder in ("tests", "tests/system")
               if (ROOT / folder / file).is_file()]  # fmt: skip
    assert name in named_in(path)


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_every_fault_that_is_done_has_its_row(path):
    assert named_in(path) - {row.tests[0] for row in ROWS} == set()


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.read != NOTHING], ids=lambda row: row.tests[0].split("::")[1]
)
def test_a_sentence_is_the_courses_own(row, sayings):
    """Each fixed part of it stands in one text of the sources; what the system says may differ."""
    assert row.read.startswith("`") and row.read.endswith("`")
    system = ("No space left on device", "Read-only file system", "Permission denied")
    for piece in row.pieces:
        for word in system:
            piece = piece.replace(word, "…")
        for part in filter(None, (one.strip() for one in piece.split("…"))):
            assert any(part in said for said in sayings) or len(part) < 4, part
