"""A real hub: its configuration starts, two learners log in, and one cannot reach the other.

As root the learners have accounts of the system, in a namespace of the test's own. As anybody else
all seats belong to one account, and what separates accounts is not tested.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import urllib.error

import nbformat
import psutil
import pytest
import websocket

from tests.helpers import PATIENCE, listening, skip_or_fail
from tools.project import ROOT

IDLE = 5400  # seconds after which a server that nobody uses ends
LIGHT = "import sys; print(sorted({'keras', 'tensorflow', 'jax', 'torch'} & set(sys.modules)))"


# Not below pytest's own folder, which it closes to other accounts again and again.
COURSE = """
import os
c.Spawner.environment["INPAINTING_COURSE"] = os.environ["INPAINTING_HUB"] + "/course"
"""
# The first proxy does not come, as on a machine that is too busy for it.
NO_PROXY_AT_FIRST = """
first = os.environ["INPAINTING_HUB"] + "/first"
if not os.path.exists(first):
    open(first, "w").close()
    c.ConfigurableHTTPProxy.command = ["false"]
"""
MORE = COURSE + NO_PROXY_AT_FIRST


@pytest.fixture(scope="module")
def hub():
    if importlib.util.find_spec("jupyterhub") is None:
        skip_or_fail("JupyterHub is not installed: pip install -e .[hub]")
    if not (shutil.which("npm") and shutil.which("node")):
        skip_or_fail("npm is not installed, which brings the hub's proxy")
    from tools import hub

    idle = {"INPAINTING_HUB_IDLE": str(IDLE)}
    with hub.running(["anna", "bob", "teacher admin"], environment=idle, more=MORE) as running:
        running.course = running.folder / "course"
        for name in ("notebooks/00_first_repair.ipynb", "exercises/01_masks.ipynb"):
            (running.course / name).parent.mkdir(parents=True)
            shutil.copy(ROOT / name, running.course / name)
        yield running


@pytest.fixture(scope="module")
def learners(hub):
    """Anna and Bob, logged in for the first time, with servers."""
    from tools.hub import Learner

    both = {name: Learner(hub, name) for name in ("anna", "bob")}
    for name, learner in both.items():
        learner.browser = learner.log_in(f"{name}'s first password")
        learner.start()
    return both


def status(browser, address):
    try:
        return browser.open(address, timeout=PATIENCE).status
    except urllib.error.HTTPError as error:
        return error.code


def only_with_accounts():
    if os.geteuid() != 0:
        pytest.skip("learners have accounts of their own only where root runs the hub")


def test_it_listens_on_loopback_only(hub, learners):
    places = listening([psutil.Process(hub.process.pid), *hub.processes()])
    assert int(hub.address.rpartition(":")[2]) in {place.port for place in places}
    assert {place.ip for place in places} == {"127.0.0.1"}


def test_no_two_servers_can_meet_on_a_port(hub, learners):
    """Each has its own, below those that Linux gives away; free ones were taken meanwhile."""
    places = listening(hub.processes(), named="jupyterhub.singleuser")
    ports = [place.port for place in places if place.port < 32768]
    assert len(set(ports)) == len(learners)


def test_the_first_login_sets_the_password(hub, learners):
    """Whoever comes later with another one stays outside, and so does who is on no list."""
    from tools.hub import Learner

    assert status(learners["anna"].browser, f"{hub.address}/hub/home") == 200
    for name, password in (("anna", "another password"), ("eve", "some password")):
        with pytest.raises(urllib.error.HTTPError, match="403"):
            Learner(hub, name).log_in(password)


def test_one_learner_gets_into_no_other_server(hub, learners):
    for name, expected in (("anna", 200), ("bob", 403)):
        assert status(learners[name].browser, f"{hub.address}/user/anna/lab") == expected


@pytest.fixture(scope="module")
def kernels(learners):
    return {name: learner.kernel() for name, learner in learners.items()}


def test_kernels_take_no_ports(kernels):
    """Five each, chosen and let go before they are used: of 24 kernels at once one found none."""
    asked = (
        "import json, ipykernel; print(json.loads(ipykernel.get_connection_info())['transport'])"
    )
    assert kernels["anna"].run(asked) == ("ipc\n", None)


def test_lesson_00_runs_in_a_seat_and_loads_no_tensorflow(kernels):
    lesson = nbformat.read(ROOT / "notebooks/00_first_repair.ipynb", as_version=4)
    for cell in [cell for cell in lesson.cells if cell.cell_type == "code"][:3]:
        assert kernels["anna"].run(cell.source)[1] is None
    assert kernels["anna"].run(LIGHT) == ("[]\n", None)


def test_a_terminal_of_a_seat_finds_the_courses_programs(hub, learners):
    """A login shell would not: /etc/profile sets its own PATH."""
    place = hub.request("POST", "/user/anna/api/terminals", {})[1]["name"]
    terminal = websocket.create_connection(
        f"{hub.address.replace('http', 'ws', 1)}/user/anna/terminals/websocket/{place}",
        header=[f"Authorization: token {hub.token}"],
        timeout=PATIENCE,
    )
    terminal.send(json.dumps(["stdin", "for name in python jupyter; do which $name; done; exit\r"]))
    shown = ""
    while (told := json.loads(terminal.recv()))[0] != "disconnect":
        shown += told[1] if told[0] == "stdout" else ""
    terminal.close()
    folder = os.path.dirname(sys.executable)
    assert [f"{folder}/python", f"{folder}/jupyter"] == re.findall(rf"{folder}/\w+", shown)


def test_a_seat_has_its_threads_and_its_limits(kernels):
    asked = """
    import os, resource
    print(os.environ["KERAS_BACKEND"], os.environ["OMP_NUM_THREADS"])
    print(resource.getrlimit(resource.RLIMIT_DATA)[1], os.nice(0) > 0)
    """
    printed, _ = kernels["anna"].run(textwrap.dedent(asked))
    assert printed.split() == ["tensorflow", "1", str(2 * 2**30), "True"]


def test_a_memory_hog_is_told_so_and_keeps_its_kernel(kernels):
    hog = "kept = 7\nwhole = []\nwhile True:\n    whole.append(bytearray(2**28))"
    assert kernels["bob"].run(hog)[1].startswith("MemoryError")
    assert kernels["bob"].run("del whole; print(kept)") == ("7\n", None)


def test_one_learner_reads_no_other_home(hub, kernels):
    only_with_accounts()
    printed, wrong = kernels["bob"].run("import os; print(os.getuid()); os.listdir('/home/anna')")
    assert int(printed) > 0 and wrong.startswith("PermissionError")
    assert kernels["bob"].run("open('/home/bob/mine', 'w').close()")[1] is None
    private = f"os.listdir({str(hub.folder / 'private')!r})"
    assert kernels["bob"].run(private)[1].startswith("PermissionError")


def test_nobody_logs_in_as_an_account_of_the_machine(hub):
    only_with_accounts()
    from tools.hub import Learner

    hub.request("POST", "/hub/api/users/daemon")  # as if the class list named it
    with pytest.raises(ConnectionError, match="no learner's"):
        Learner(hub, "daemon").start()


def test_an_update_reaches_a_learner_and_overwrites_nothing(hub, learners, kernels):
    (hub.course / "notebooks/01_new.ipynb").write_text("{}")
    lesson = hub.course / "notebooks/00_first_repair.ipynb"
    before = lesson.read_text()
    kernels["anna"].run("open('00_first_repair.ipynb', 'w').write('my work')")
    lesson.write_text(before + "\n")
    learners["anna"].stop()
    learners["anna"].start()
    kernel = learners["anna"].kernel()
    told, _ = kernel.run("import os; print(*sorted(os.listdir('.')))")
    assert told.split() == [
        "00_first_repair.ipynb", "00_first_repair.updated.ipynb", "01_new.ipynb",
    ]  # fmt: skip
    assert kernel.run("print(open('00_first_repair.ipynb').read())") == ("my work\n", None)
    # In class, without a new server: by hand.
    (hub.course / "notebooks/02_newer.ipynb").write_text("{}")
    told, _ = kernel.run("!python -m hub.course_files")
    assert told.split() == ["new:", "notebooks/02_newer.ipynb"]


ROUND = {
    "teacher": """
        import os
        from pathlib import Path
        from tools import classroom
        classroom.main([str(Path.home() / "class"), "01_masks"])
        os.chdir(Path.home() / "class")
        !nbgrader generate_assignment 01_masks > ~/log 2>&1
        !nbgrader release_assignment 01_masks >> ~/log 2>&1; cat ~/log
    """,
    "bob": """
        import os
        os.chdir(os.environ["HOME"])
        !nbgrader fetch_assignment 01_masks
        !nbgrader submit 01_masks
    """,
    "teacher again": """
        !nbgrader collect 01_masks
        !ls submitted
    """,
}


def test_an_assignment_goes_out_and_comes_back_through_the_exchange(hub, kernels):
    """Between accounts: the teacher's and the learner's."""
    only_with_accounts()
    from tools.hub import Learner

    teacher = Learner(hub, "teacher")
    teacher.log_in("the teacher's password")
    teacher.start()
    kernel = teacher.kernel()
    out, _ = kernel.run(textwrap.dedent(ROUND["teacher"]))
    fetched, _ = kernels["bob"].run(textwrap.dedent(ROUND["bob"]))
    back, _ = kernel.run(textwrap.dedent(ROUND["teacher again"]))
    assert back.split()[-1] == "bob", out + fetched + back
    assert "cheating" not in back


def test_a_server_that_nobody_uses_ends(hub, learners):
    """Last, for it ends everybody's. The hub's own culler, with its rights, but in a hurry."""
    (culler,) = [one for one in hub.processes() if "jupyterhub_idle_culler" in one.cmdline()]
    command = [part.replace(f"={IDLE}", "=2") for part in culler.cmdline()]
    assert command != culler.cmdline()
    hurried = subprocess.Popen(command, env=culler.environ(), stderr=subprocess.PIPE, text=True)
    try:
        hub.wait_until(lambda: not any(learner.server() for learner in learners.values()))
    finally:
        hurried.kill()
        hurried.communicate()
