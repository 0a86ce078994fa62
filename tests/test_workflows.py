"""What runs elsewhere: the hosted checks, and what Binder and Codespaces are told to install."""

import json
import os
import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement

from tools.project import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = {"actions/checkout", "actions/setup-python"}


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request):
    return yaml.safe_load(request.param.read_text(encoding="utf-8"))


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


def test_actions_are_few_and_pinned_by_hash(workflow):
    for step in steps(workflow):
        if "uses" in step:
            name, _, pin = step["uses"].partition("@")
            assert name in ACTIONS and re.fullmatch(r"[0-9a-f]{40}", pin), step


def test_an_action_has_one_hash_everywhere():
    pins = re.findall(r"uses: (actions/\S+@\w+)", "".join(map(lambda p: p.read_text(), WORKFLOWS)))
    assert len(set(pins)) == len(ACTIONS)


def test_rights_are_named_and_every_job_ends(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert set(job.get("permissions", {})) <= {"contents", "issues"}, name
        assert "uses" in job or job["timeout-minutes"] <= 90, name


def test_a_script_that_is_called_is_there_and_can_be_run(workflow):
    for step in steps(workflow):
        for script in re.findall(r"(?<!\S)\.(?:github|ci)/[\w-]+", step.get("run", "")):
            assert os.access(ROOT / script, os.X_OK), script


def test_no_text_from_outside_is_pasted_into_a_command(workflow):
    for step in steps(workflow):
        pasted = re.findall(r"\$\{\{\s*([\w.]+)", step.get("run", ""))
        assert all(name.startswith("matrix.") for name in pasted), step


def test_a_check_for_known_faults_is_never_content_with_nothing_checked(workflow):
    for step in steps(workflow):
        if "pip_audit" in step.get("run", ""):
            assert "--strict" in step["run"]


def test_the_weekly_lanes_meet_three_systems_and_both_ends_of_the_versions():
    weekly = yaml.safe_load((ROOT / ".github/workflows/weekly.yml").read_text(encoding="utf-8"))
    matrix = weekly["jobs"]["lane"]["strategy"]["matrix"]
    assert [system.split("-")[0] for system in matrix["system"]] == ["ubuntu", "macos", "windows"]
    assert matrix["lane"] == ["newest", "oldest"]
    others = {name for name in weekly["jobs"] if name != "report"}
    assert set(weekly["jobs"]["report"]["needs"]) == others


def test_binder_installs_what_the_classical_lessons_import_within_the_courses_bounds():
    """No TensorFlow: it would not fit. OpenCV without windows: Binder has no screen."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    course = {one.name: str(one.specifier) for one in map(Requirement, project["dependencies"])}
    lines = (ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    binder = {
        one.name.removesuffix("-headless"): str(one.specifier)
        for one in map(Requirement, (line for line in lines if not line.startswith("#")))
    }
    left_out = {"certifi", "ipython", "keras", "tensorflow", "wandb"}
    assert binder == {name: course[name] for name in binder}
    assert set(course) - set(binder) - left_out == set()


def test_codespaces_make_the_courses_own_environment():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert container["updateContentCommand"].endswith("make .venv/.ready")
    settings = container["customizations"]["vscode"]["settings"]
    assert settings["python.defaultInterpreterPath"].startswith(".venv/")
