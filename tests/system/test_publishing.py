"""A course that is pushed to a new place gets badges and launch cells that lead there."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from tests.helpers import skip_or_fail
from tools.check_notebooks import check_launch
from tools.project import ROOT, publication

ADDRESS = "https://github.com/ada/inpainting-course"
COPIED = (".github", "course_lib", "exercises", "notebooks", "solutions", "tools")
# `make` would install the course anew; this does what its target does.
MAKE = (
    f'#!/bin/sh\n[ "$*" = restamp ] && "{sys.executable}" -m tools.build_notebooks --restamp'
    f' && exec "{sys.executable}" -m tools.platforms\n'
)


def git(folder, *words):
    done = subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """(checkout, bare repository) of a copy that was restamped once; what a second run says."""
    if os.name == "nt" or shutil.which("git") is None:
        skip_or_fail("git and bash are not installed")
    place = tmp_path_factory.mktemp("published")
    checkout, origin, tools = place / "course", place / "origin.git", place / "bin"
    left_out = shutil.ignore_patterns("__pycache__", "build", "weights", ".ipynb_checkpoints")
    for name in COPIED:
        shutil.copytree(ROOT / name, checkout / name, ignore=left_out)
    for name in ("pyproject.toml", "README.md", ".gitignore"):
        shutil.copy(ROOT / name, checkout)
    tools.mkdir()
    (tools / "make").write_text(MAKE)
    (tools / "make").chmod(0o755)
    subprocess.run(["git", "init", "--quiet", "--bare", origin], check=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", checkout], check=True)
    git(checkout, "remote", "add", "origin", str(origin))
    git(checkout, "add", "--all")
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git(checkout, *author, "commit", "--quiet", "--message", "The course")
    git(checkout, "tag", publication().tag)
    git(checkout, "push", "--quiet", "origin", "main", publication().tag)
    return checkout, origin, [restamp(checkout, tools) for _ in range(2)]


def restamp(checkout, tools):
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    command = [checkout / ".github" / "restamp", ADDRESS]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_notebook_leads_to_the_new_place(published):
    checkout, _, _ = published
    there = publication(checkout / "pyproject.toml")
    assert there.address == ADDRESS and there.tag == publication().tag
    notebooks = [path for home in ("notebooks", "exercises", "solutions")
                 for path in (checkout / home).glob("*.ipynb")]  # fmt: skip
    assert len(notebooks) >= 19
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        assert check_launch(notebook, path.stem, there, path.parent.name) == []


def test_only_the_address_changes(published):
    """Line by line; the cells' names, the outputs and everything else stay."""
    checkout, _, _ = published
    assert git(checkout, "status", "--porcelain") == ""
    changed = git(checkout, "diff", "--unified=0", "main~1", "main")
    old, new = ("/".join(one.split("/")[-2:]) for one in (publication().address, ADDRESS))
    before = [line[1:] for line in changed.splitlines() if line[0] == "-" and line[:3] != "---"]
    after = [line[1:] for line in changed.splitlines() if line[0] == "+" and line[:3] != "+++"]
    hosts = [f"{one.split('/')[0]}.github.io" for one in (old, new)]
    assert before and [line.replace(old, new).replace(*hosts) for line in before] == after


def test_the_commit_and_the_tag_arrive_at_the_repository(published):
    checkout, origin, _ = published
    commit = git(checkout, "rev-parse", "HEAD").strip()
    assert git(origin, "rev-parse", "main").strip() == commit
    assert git(origin, "rev-parse", f"{publication().tag}^{{commit}}").strip() == commit
    assert git(origin, "rev-list", "--count", "main").strip() == "2"


def test_a_second_push_changes_nothing(published):
    _, _, (first, second) = published
    assert first.splitlines()[-1] == f"The course bears {ADDRESS}; Colab opens it at v0.1.0."
    assert second == f"The course bears {ADDRESS} already.\n"


# The site


@pytest.fixture
def pages(published):
    """A function (tag, text of its page) that publishes; gives what the branch then holds."""
    checkout, origin, _ = published

    def publish(tag, text):
        built = checkout / "build" / "site"
        shutil.rmtree(built, ignore_errors=True)
        built.mkdir(parents=True)
        (built / "index.html").write_text(text)
        done = subprocess.run(
            [checkout / ".github" / "publish-site", tag], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        names = git(origin, "ls-tree", "-r", "--name-only", "gh-pages").split()
        return {name: git(origin, "show", f"gh-pages:{name}") for name in names}

    return publish


def test_each_tag_has_its_pages_and_the_first_address_leads_to_the_newest(pages):
    pages("v0.1.0", "one")
    held = pages("v0.2.0", "two")
    assert held["v0.1.0/index.html"] == "one" and held["v0.2.0/index.html"] == "two"
    assert "url=v0.2.0/" in held["index.html"]
    assert set(held) == {".nojekyll", "index.html", "v0.1.0/index.html", "v0.2.0/index.html"}
    held = pages("v0.1.0", "one, mended")
    assert held["v0.1.0/index.html"] == "one, mended" and held["v0.2.0/index.html"] == "two"


# The weekly lanes


@pytest.mark.parametrize(
    "result, open_issue, told",
    [
        ("failure", "", "issue create --title The weekly lanes fail"),
        ("failure", "7", "issue comment 7"),
        ("success", "7", "issue close 7"),
        ("success", "", None),
        ("cancelled", "7", None),
    ],
)
def test_one_issue_is_open_while_the_lanes_fail(tmp_path, result, open_issue, told):
    gh, said = tmp_path / "gh", tmp_path / "said"
    gh.write_text(
        f'#!/bin/sh\n[ "$2" = list ] && echo "{open_issue}" && exit\necho "$@" >> "{said}"\n'
    )
    gh.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    command = [ROOT / ".github" / "report-lanes", result, "https://example.org/run"]
    subprocess.run(command, env=environment, check=True)
    calls = said.read_text().splitlines() if said.exists() else []
    assert len(calls) == (told is not None)
    assert not told or (calls[0].startswith(told) and "https://example.org/run" in calls[0])
