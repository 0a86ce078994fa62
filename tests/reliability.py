"""The table of docs/reliability.md: each row a fault, and the tests that do it."""

import re
from dataclasses import dataclass

import pytest

from tools.project import ROOT

PAGE = ROOT / "docs" / "reliability.md"
NOTHING = "nothing"  # what a learner reads where nothing is to be said
ROW = re.compile(
    r"^\| (?P<fault>[^|]+) \| (?P<happens>[^|]+) \| (?P<read>[^|]+) \| (?P<tests>[^|]+) \|$"
)


@dataclass(frozen=True)
class Row:
    """A fault, what happens, the sentence that is read, with … for what differs, and its tests."""

    fault: str
    happens: str
    read: str
    tests: tuple

    @property
    def pieces(self):
        """What of the sentence is always the same."""
        said = self.read.removeprefix("`").removesuffix("`")
        return [piece.strip() for piece in said.split("…") if piece.strip()]

    def is_said_in(self, text):
        """Fail unless the row's sentence stands in a text, its parts in their order."""
        text, place = " ".join(text.split()), 0
        assert self.read != NOTHING, f"the row of {self.tests[0]} promises no sentence"
        for piece in self.pieces:
            found = text.find(piece, place)
            assert found >= 0, f"docs/reliability.md says {piece!r}, and the course: {text}"
            place = found + len(piece)


def rows():
    """All rows of the page."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = ROW.match(line)
        if cells and cells["fault"] != "Fault" and not cells["fault"].startswith("-"):
            tests = tuple(re.findall(r"`([\w/.]+::\w+)`", cells["tests"]))
            found.append(Row(cells["fault"], cells["happens"], cells["read"], tests))
    return found


@pytest.fixture
def row(request):
    """The row that names the test which asks."""
    name = f"{request.path.name}::{request.function.__name__}"
    named = [one for one in rows() if name in one.tests]
    assert len(named) == 1, f"docs/reliability.md has {len(named)} rows for {name}"
    return named[0]
