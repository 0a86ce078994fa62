"""What the hub hands out, whom it lets in, and what its configurations say; no hub is started."""

import importlib.util
import os
import stat
import subprocess
import sys
import tempfile
from types import SimpleNamespace

import pytest
import yaml

from hub import course_files
from tests.helpers import skip_or_fail
from tools.project import ROOT

VALUES = yaml.safe_load((ROOT / "hub/zero-to-jupyterhub.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def course(tmp_path):
    """A course of two files, and a home where nothing is."""
    for name, text in (("notebooks/00.ipynb", "zero"), ("exercises/01.ipynb", "one")):
        path = tmp_path / "course" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return tmp_path / "course", tmp_path / "home"


def tree(home):
    return {
        path.relative_to(home).as_posix(): path.read_text() for path in home.rglob("*.ipynb")
    }  # fmt: skip


def test_the_first_time_everything_comes(course):
    assert course_files.hand_out(*course) == ["notebooks/00.ipynb", "exercises/01.ipynb"]
    assert tree(course[1]) == {"notebooks/00.ipynb": "zero", "exercises/01.ipynb": "one"}
    assert course_files.hand_out(*course) == []


def test_what_is_untouched_follows_the_course(course):
    course_files.hand_out(*course)
    (course[0] / "notebooks/00.ipynb").write_text("zero, mended")
    (course[0] / "notebooks/02.ipynb").write_text("two")
    assert course_files.hand_out(*course) == ["notebooks/00.ipynb", "notebooks/02.ipynb"]
    assert tree(course[1])["notebooks/00.ipynb"] == "zero, mended"


def test_what_was_edited_stays_and_the_new_version_lies_beside_it(course):
    course_files.hand_out(*course)
    (course[1] / "notebooks/00.ipynb").write_text("my work")
    assert course_files.hand_out(*course) == []  # nothing is new yet
    for version in ("second", "third"):
        (course[0] / "notebooks/00.ipynb").write_text(version)
        assert course_files.hand_out(*course) == ["notebooks/00.updated.ipynb"]
        assert tree(course[1])["notebooks/00.ipynb"] == "my work"
        assert tree(course[1])["notebooks/00.updated.ipynb"] == version
    (course[1] / "notebooks/00.updated.ipynb").write_text("my work, too")
    (course[0] / "notebooks/00.ipynb").write_text("fourth")
    assert course_files.hand_out(*course) == []
    assert tree(course[1])["notebooks/00.updated.ipynb"] == "my work, too"


def test_what_lay_there_before_is_kept(course):
    """A file of a learner's own that bears the name of one of the course's."""
    mine = course[1] / "notebooks/00.ipynb"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    assert course_files.hand_out(*course) == ["notebooks/00.updated.ipynb", "exercises/01.ipynb"]
    assert mine.read_text() == "mine"


def test_what_was_renamed_or_deleted_comes_anew(course):
    course_files.hand_out(*course)
    (course[1] / "notebooks/00.ipynb").rename(course[1] / "notebooks/mine.ipynb")
    assert course_files.hand_out(*course) == ["notebooks/00.ipynb"]
    assert tree(course[1])["notebooks/mine.ipynb"] == "zero"


@pytest.mark.parametrize("record", ["", "[]", "{half", None])
def test_a_lost_record_loses_no_work(course, record):
    course_files.hand_out(*course)
    (course[1] / "notebooks/00.ipynb").write_text("my work")
    path = course[1] / course_files.RECORD
    path.unlink() if record is None else path.write_text(record)
    (course[0] / "notebooks/00.ipynb").write_text("second")
    course_files.hand_out(*course)
    assert tree(course[1])["notebooks/00.ipynb"] == "my work"


def test_a_hand_out_that_was_cut_short_goes_on(course):
    """A file was replaced and the record not yet: the file is as the course has it, not edited."""
    course_files.hand_out(*course)
    (course[0] / "notebooks/00.ipynb").write_text("second")
    (course[1] / "notebooks/00.ipynb").write_text("second")
    assert course_files.hand_out(*course) == []
    (course[0] / "notebooks/00.ipynb").write_text("third")
    assert course_files.hand_out(*course) == ["notebooks/00.ipynb"]


def test_a_failed_write_leaves_the_old_file(course, monkeypatch):
    course_files.hand_out(*course)
    (course[0] / "notebooks/00.ipynb").write_text("second")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        course_files.hand_out(*course)
    assert tree(course[1])["notebooks/00.ipynb"] == "zero"
    assert list(course[1].rglob("*.part")) == []


def test_a_folder_of_that_name_is_the_learners(course):
    (course[1] / "notebooks/00.ipynb").mkdir(parents=True)
    assert "notebooks/00.updated.ipynb" in course_files.hand_out(*course)
    assert (course[1] / "notebooks/00.ipynb").is_dir()


# Accounts and configurations: for these JupyterHub must be there.


@pytest.fixture
def accounts():
    needs_jupyterhub()
    from hub import accounts

    return accounts


def needs_jupyterhub():
    if importlib.util.find_spec("jupyterhub") is None:
        skip_or_fail("JupyterHub is not installed: pip install -e .[hub]")


def test_a_class_list_is_read(accounts, tmp_path):
    path = tmp_path / "class.txt"
    path.write_text("# Tuesday\nanna\n\nbob-2  # came late\nteacher admin\n")
    assert accounts.read_class(path) == ({"anna", "bob-2", "teacher"}, {"teacher"})


@pytest.mark.parametrize("text, said", [
    ("", "names nobody"), ("Anna", "'Anna'"), ("../x", "'../x'"), ("anna amdin", "'anna amdin'"),
    ("-rf", "'-rf'"), ("a" * 32, "small letters"),
])  # fmt: skip
def test_a_class_list_with_a_slip_is_refused(accounts, tmp_path, text, said):
    path = tmp_path / "class.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=said):
        accounts.read_class(path)


def test_a_missing_class_list_is_asked_for(accounts, tmp_path):
    with pytest.raises(ValueError, match="write the names of your class into it"):
        accounts.read_class(tmp_path / "class.txt")


def test_a_closed_folder_on_the_way_is_found(accounts, tmp_path):
    inner = tmp_path / "closed/inner"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    tmp_path.chmod(0o755)
    assert accounts.closed_to_learners(inner) in [*tmp_path.parents, tmp_path / "closed"]
    assert accounts.closed_to_learners("/usr/bin") is None


def test_nobody_becomes_an_account_that_was_there_before(accounts):
    from tornado.web import HTTPError

    with pytest.raises(HTTPError, match="no learner's") as refused:
        accounts.make(SimpleNamespace(user=SimpleNamespace(name="root", id=1)))
    assert refused.value.status_code == 403


@pytest.fixture
def loaded(tmp_path):
    """A function (file, text before it) -> the configuration that JupyterHub reads from it."""
    needs_jupyterhub()
    from traitlets.config import PyFileConfigLoader

    def load(name, before=""):
        path = tmp_path / "config.py"
        path.write_text(f"{before}\nload_subconfig({str(ROOT / 'hub' / name)!r})\n")
        return PyFileConfigLoader(str(path)).load_config()

    return load


TLJH = """
c = get_config()
c.JupyterHub.spawner_class = "systemd"
c.JupyterHub.authenticator_class = "firstuse"
c.Spawner.mem_limit = "3G"
"""


def test_tljh_keeps_what_is_its_own_and_gets_the_seats(loaded, monkeypatch):
    from systemdspawner import SystemdSpawner

    from hub import accounts

    monkeypatch.setattr(accounts, "make_exchange", lambda folder: None)
    config = loaded("tljh.py", TLJH)
    assert config.JupyterHub.authenticator_class == "firstuse"
    assert config.JupyterHub.spawner_class == "systemd"
    anna = SimpleNamespace(name="anna", id=1)
    spawner = SystemdSpawner(config=config, user=anna)  # parses what it is told, as the hub's does
    assert spawner.mem_limit == 3 * 2**30
    assert spawner.unit_extra_properties == {"TasksMax": "400"}
    assert spawner.cmd == ["/opt/tljh/user/bin/python", "-m", "hub.seat"]
    assert spawner.environment["KERAS_BACKEND"] == "tensorflow"


@pytest.fixture
def plain(tmp_path, monkeypatch):
    """What the plain hub's configuration asks of the machine, answered without it."""
    needs_jupyterhub()
    from hub import accounts
    from tools.site import npm

    monkeypatch.setenv("INPAINTING_HUB", str(tmp_path))
    monkeypatch.setattr(npm, "packages", lambda folder: tmp_path / folder)
    monkeypatch.setattr(accounts, "closed_to_learners", lambda path: None)
    (tmp_path / "class.txt").write_text("anna\nteacher admin\n")
    return tmp_path


def test_the_hub_listens_on_loopback_and_keeps_its_secrets(loaded, plain):
    config = loaded("jupyterhub_config.py")
    assert config.JupyterHub.bind_url == "http://127.0.0.1:8000"
    assert stat.S_IMODE((plain / "private").stat().st_mode) == 0o700
    private = str(plain / "private")
    assert config.JupyterHub.db_url == f"sqlite:///{private}/hub.sqlite"
    assert config.JupyterHub.cookie_secret_file.startswith(private)
    assert config.FirstUseAuthenticator.dbm_path.startswith(private)
    assert stat.S_IMODE((plain / "exchange").stat().st_mode) == 0o777


def test_a_course_that_learners_cannot_reach_is_refused(loaded, plain, monkeypatch):
    from hub import accounts

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(accounts, "closed_to_learners", lambda path: "/root")
    with pytest.raises(ValueError, match="cannot enter /root, .* rm -r .venv; make hub PYTHON="):
        loaded("jupyterhub_config.py")


def test_make_hub_says_what_stops_it_before_it_installs_anything(tmp_path):
    environment = {**os.environ, "INPAINTING_HUB": str(tmp_path)}
    command = [sys.executable, "-m", "hub"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        f"{tmp_path}/class.txt cannot be read: write the names of your class into it, one a line.\n"
    )


def test_a_learning_platform_may_hold_the_class_list(loaded, plain, monkeypatch):
    needs_jupyterhub()
    from ltiauthenticator import LTIAuthenticator

    monkeypatch.setenv("INPAINTING_LTI_KEY", "key")
    monkeypatch.setenv("INPAINTING_LTI_SECRET", "secret")
    config = loaded("lti.py")
    login = LTIAuthenticator(config=config)
    assert login.consumers == {"key": "secret"}
    assert (login.username_key, login.allow_all) == ("ext_user_username", True)


# Zero to JupyterHub

# What the values may say, of the chart's own list; the chart itself cannot be had here.
CHART = {
    "hub": {"config"},
    "singleuser": {
        "image", "cmd", "defaultUrl", "startTimeout", "memory", "cpu", "extraEnv",
        "lifecycleHooks", "storage",
    },
    "cull": {"enabled", "timeout", "every"},
    "proxy": {"https"},
    "scheduling": {"userScheduler"},
}  # fmt: skip


def test_the_values_name_what_the_chart_knows():
    """Against the chart's schema where INPAINTING_Z2JH_SCHEMA names it, else against our list."""
    if schema := os.environ.get("INPAINTING_Z2JH_SCHEMA"):
        import jsonschema

        jsonschema.validate(VALUES, yaml.safe_load(open(schema, encoding="utf-8")))
    assert {room: set(values) for room, values in VALUES.items()} == CHART


def test_a_pod_has_what_a_seat_has():
    from traitlets.config import Config

    from hub import seats

    config = Config()
    seats.configure(config, "python", "exchange")
    pod = VALUES["singleuser"]
    assert (pod["memory"]["limit"], pod["cpu"]["limit"]) == (seats.MEMORY, seats.CPUS)
    assert pod["defaultUrl"] == config.Spawner.default_url
    for name, value in pod["extraEnv"].items():
        assert isinstance(value, str), f"{name}: Kubernetes takes texts only"
        if name != "PYTHONPATH":
            assert config.Spawner.environment[name] == value
    assert set(seats.THREADS) <= set(pod["extraEnv"])


@pytest.mark.skipif(os.name == "nt", reason="Windows asks for a right to make links")
def test_a_seat_removes_what_ended_seats_left_and_nothing_else(tmp_path, monkeypatch):
    from hub import seat

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = tmp_path / f"seat-{2**22 + 1}-x"  # above the highest number of a process
    running, other = tmp_path / f"seat-{os.getppid()}-x", tmp_path / "seats"
    for folder in (ended, running, other):
        folder.mkdir()
        (folder / "kernel.json").write_text("{}")
    (tmp_path / f"seat-{2**22 + 2}-link").symlink_to(other)
    own = seat.runtime_folder()
    assert not ended.exists() and (running / "kernel.json").exists()
    assert (other / "kernel.json").exists()
    assert own.startswith(str(tmp_path / f"seat-{os.getpid()}-"))
