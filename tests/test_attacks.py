"""Attacks that take no time, each tried for real; docs/attacks.md lists them all."""

import ast
import functools
import io
import json
import os
import re
import struct
import subprocess
import sys
import threading
import uuid
import zlib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml
from PIL import Image

from course_lib import checks, data, plots, restoration
from course_lib._files import replaced
from course_lib.data import cifar10, files
from course_lib.plots import page
from course_lib.restoration.film.reading import Film
from tools import check_notebooks
from tools.project import ROOT

TABLE = ROOT / "docs" / "attacks.md"
SCRIPT = "<img src=x onerror=alert(1)>"


# The table


def rows():
    """(attack, what the course does, the test) of each row of docs/attacks.md."""
    found = re.findall(r"^\|([^|]+)\|([^|]+)\| `([^`]+)` \|$", TABLE.read_text(), re.MULTILINE)
    return [tuple(map(str.strip, row)) for row in found]


@functools.cache
def functions_of(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if getattr(node, "name", "").startswith("test_")}


def test_each_row_of_the_table_names_a_test_that_is_there():
    assert len(rows()) >= 25 and len({attack for attack, _, _ in rows()}) == len(rows())
    for attack, _, name in rows():
        path, _, function = name.partition("::")
        assert function in functions_of(path), attack


def test_each_attack_that_is_tried_here_has_its_row():
    named = {name for _, _, name in rows()}
    own = {"test_each_row_of_the_table_names_a_test_that_is_there"}
    own |= {"test_each_attack_that_is_tried_here_has_its_row"}
    for path in ("tests/test_attacks.py", "tests/system/test_attacks.py"):
        assert {f"{path}::{name}" for name in functions_of(path) - own} <= named


# Pictures


def test_a_drawing_runs_no_program(tmp_path, monkeypatch):
    """Pillow has Ghostscript run an EPS file, whatever its name is."""
    planted = tmp_path / "gs"
    planted.write_text(f"#!/bin/sh\necho > {tmp_path}/was_run\n")
    planted.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    drawing = "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 20 20\n%%EndComments\nshowpage\n%%EOF\n"
    (tmp_path / "cat.png").write_text(drawing)
    with pytest.raises(ValueError, match="cat.png is a drawing that must be run: export it"):
        data.read(tmp_path / "cat.png")
    assert not (tmp_path / "was_run").exists()


def png(width, height, before=b"", content=b""):
    """The bytes of an RGB PNG that says it is so large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", header), before, chunk(b"IDAT", content), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def chunk(kind, content):
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


@pytest.mark.parametrize("read", [data.read, restoration.read_photograph, restoration.read_mask])
def test_a_picture_of_ten_billion_pixels_is_not_decoded(tmp_path, read):
    (tmp_path / "a.png").write_bytes(png(100_000, 100_000))
    with pytest.raises(ValueError, match="a.png is too large a picture .*: shrink it first"):
        read(tmp_path / "a.png")


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_a_text_that_unpacks_without_end_is_refused(tmp_path, monkeypatch, kind):
    assert files.LONGEST_TEXT <= 2**28
    monkeypatch.setattr(files, "LONGEST_TEXT", 2**20)
    text = chunk(kind, b"name\0\0" + zlib.compress(bytes(2**22)))
    (tmp_path / "a.png").write_bytes(png(2, 2, text, zlib.compress(bytes(14))))
    with pytest.raises(ValueError, match="a.png cannot be decoded.*too large"):
        data.read(tmp_path / "a.png")


def tiff(pages, loop=False):
    """The bytes of a TIFF with so many previews and then a picture, 2 x 2 pixels each."""
    content, link = bytearray(b"II*\0\0\0\0\0"), 4
    for number in range(pages + 1):
        pixels, place = bytes(4), len(content)
        content += pixels
        struct.pack_into("<I", content, link, len(content))
        tags = {254: number < pages, 256: 2, 257: 2, 258: 8, 259: 1, 262: 1, 273: place, 277: 1}
        tags |= {278: 2, 279: len(pixels)}
        content += struct.pack("<H", len(tags))
        content += b"".join(struct.pack("<HHII", tag, 4, 1, said) for tag, said in tags.items())
        link = len(content)
        content += bytes(4)
    if loop:
        content[link:] = content[4:8]
    return bytes(content)


def test_a_tiff_whose_pages_never_end_is_refused(tmp_path):
    (tmp_path / "a.tif").write_bytes(tiff(3))
    assert data.read(tmp_path / "a.tif").shape == (2, 2, 3)
    endless = tiff(0, loop=True).replace(struct.pack("<HHII", 254, 4, 1, 0),
                                         struct.pack("<HHII", 254, 4, 1, 1))  # fmt: skip
    for content in (tiff(files.MOST_PREVIEWS + 1), endless):
        (tmp_path / "a.tif").write_bytes(content)
        with pytest.raises(ValueError, match="a.tif holds nothing but a preview"):
            data.read(tmp_path / "a.tif")


@pytest.mark.parametrize("ending", ["jpg", "png", "tif"])
def test_exif_data_that_lie_about_the_size_change_nothing(tmp_path, ending):
    marks = Image.Exif()
    marks[0x0112] = 1
    marks.get_ifd(0x8769).update({0xA002: 60_000, 0xA003: 60_000})
    picture = Image.fromarray(np.arange(72, dtype=np.uint8).reshape(4, 6, 3))
    picture.save(tmp_path / f"a.{ending}", exif=marks)
    assert data.read(tmp_path / f"a.{ending}").shape == (4, 6, 3)
    assert restoration.read_photograph(tmp_path / f"a.{ending}").pixels.shape == (4, 6, 3)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_that_is_named_as_a_picture_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    held = os.open(tmp_path / "a.png", os.O_RDWR)
    end = threading.Timer(60, os.close, [held])  # whoever waits for the pipe waits no longer
    end.start()
    for opens in (data.read, Film):
        with pytest.raises(FileNotFoundError, match="no file that holds a picture"):
            opens(tmp_path / "a.png")
    end.cancel()


# Films


@pytest.fixture
def listener():
    """An address on this machine and the list of what was asked of it."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def gif(side=None):
    """A GIF of three frames that begins again for ever; ``side`` is what it says of its size."""
    frames = [Image.new("L", (8, 8), 80 * k) for k in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "gif", save_all=True, append_images=frames[1:], loop=0, duration=40)
    content = buffer.getvalue()
    return content[:6] + struct.pack("<HH", side, side) + content[10:] if side else content


LISTS = {
    "ffconcat": "ffconcat version 1.0\nfile other.gif\n",
    "HLS": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{address}/a.ts\n#EXT-X-ENDLIST\n",
    "SDP": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 1 RTP/AVP 9\n",
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_of_films_opens_no_other_file_and_no_address(tmp_path, listener, kind):
    (tmp_path / "other.gif").write_bytes(gif())
    (tmp_path / "film.mp4").write_text(LISTS[kind].format(address=listener[0]))
    with pytest.raises(ValueError, match="film.mp4 is a text and no film"):
        Film(tmp_path / "film.mp4")
    assert listener[1] == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no colon in names")
def test_a_folder_that_is_named_as_an_address_is_no_address(tmp_path, monkeypatch, listener):
    monkeypatch.chdir(tmp_path)
    folder = Path(listener[0].replace("//", "/"))
    folder.mkdir(parents=True)
    (folder / "film.gif").write_bytes(gif())
    assert len(Film(folder / "film.gif")) == 3
    assert listener[1] == []


def test_a_film_of_few_bytes_and_huge_frames_is_not_decoded(tmp_path):
    (tmp_path / "a.gif").write_bytes(gif(9000))
    with pytest.raises(ValueError, match="frames of 9000 x 9000 pixels.*shrink it first"):
        Film(tmp_path / "a.gif")


def test_a_film_that_begins_again_for_ever_ends(tmp_path):
    (tmp_path / "a.gif").write_bytes(gif())
    assert len(Film(tmp_path / "a.gif")) == 3
    assert data.read(tmp_path / "a.gif").shape == (8, 8, 3)


# Names


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "astronaut/../../secret"])
def test_a_name_from_a_list_cannot_climb_out_of_its_folder(name):
    for asks, sentence in ((data.photo, "no photo"), (data.load, "no data set")):
        with pytest.raises(ValueError, match=sentence):
            asks(name)
    assert "no task" in str(checks.hint(name))
    assert "no picture" in str(checks.expected(name))


NAMES = ["../../out.png", "/out.png", "..\\..\\out.png", "out\0.png", "..", "\x1b]0;out\x07.png"]


@pytest.mark.parametrize("name", NAMES)
def test_an_uploaded_files_name_leads_nowhere(tmp_path, monkeypatch, name):
    from course_lib.widgets import RepairDesk

    folder = tmp_path / "one" / "two"
    folder.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    desk, buffer = RepairDesk(), io.BytesIO()
    Image.new("RGB", (8, 6)).save(buffer, "png")
    name = f"{tmp_path}{name}" if name.startswith("/") else name  # where this test looks
    asked = {"kind": "file", "purpose": "picture", "name": name, "number": 0, "count": 1}
    desk.painter._answer(None, asked, [buffer.getvalue()])
    assert desk.painter.message == "" and desk.photograph.pixels.shape == (6, 8, 3)
    desk.painter.mask = np.eye(6, 8, dtype=bool)
    desk.controls["method"].value = "harmonic"
    desk.controls["repair"].click()
    for given, _ in (desk._make_file(), desk.painter.mask_file()):
        assert not set(given) & set('/\\\0\x1b\x07:"') and given.endswith(".png")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_name_cannot_speak_to_the_terminal(tmp_path, capsys):
    from course_lib.__main__ import main

    name = "\x1b]0;owned\x07\x1b[2J.png"
    (tmp_path / name).write_bytes(b"no picture")
    assert main(["damage", str(tmp_path / name), "-o", str(tmp_path / "mask.png")])
    said = "".join(capsys.readouterr())
    assert "owned" in said and "\x1b" not in said and "\x07" not in said


# What a page shows


def test_a_name_in_a_widgets_sentence_is_text():
    from course_lib.widgets import RepairDesk

    desk = RepairDesk(np.full((8, 8, 3), 0.5))
    with desk._working(f"Opening {SCRIPT} ...", desk._status):
        raise ValueError(f"{SCRIPT} cannot be read.")
    assert desk.message == f"{SCRIPT} cannot be read."
    assert "<img" not in desk._status.value and "&lt;img" in desk._status.value


def test_captions_and_descriptions_are_text(monkeypatch):
    put = []
    monkeypatch.setattr(page, "put", lambda data, metadata=None: put.append(data))
    pixels = np.zeros((8, 8, 3))
    plots.show(pixels, alt=f"Zeros {SCRIPT} and nothing else.", caption=f"a < b {SCRIPT}")
    figure, caption = put
    assert "<img src=x" not in figure["text/html"] and "&lt;img src=x" in figure["text/html"]
    assert caption["text/markdown"] == f"*a < b &lt;{SCRIPT[1:]}*"
    assert caption["text/plain"] == f"a < b {SCRIPT}"


def test_an_error_of_a_learners_own_is_text():
    def answer(*_):
        raise ValueError(SCRIPT)

    result = checks.task_01_2(answer)
    assert SCRIPT in result.message and "<img" not in result._repr_html_()


def test_a_methods_name_in_a_table_is_text():
    from course_lib.evaluation import leaderboard

    images, holes = np.full((1, 16, 16, 3), 0.5, np.float32), np.eye(16, dtype=bool)[None]
    table = leaderboard({SCRIPT: lambda image, mask: image}, images, {SCRIPT: holes})
    assert SCRIPT in set(table.method) and "<img" not in table._repr_html_()


# Progress and checks: what is promised, and what is not


@pytest.fixture
def own_file(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv("INPAINTING_PROGRESS", str(path))
    monkeypatch.setattr("course_lib.checks._progress._solved_here", {})
    return path


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"numbering": 3, "solved": {SCRIPT: "2026-01-01"}}),
        json.dumps({"numbering": 3, "solved": {"01_1": SCRIPT}}),
        '{"solved": ' + "[" * 100_000,
        '{"numbering": 1e400, "solved": {"01_1": "2026-01-01"}}',
        b"\x80\x04\x95\x1e\0\0\0\0\0\0\0\x8c\x02os\x8c\x06system\x93.".decode("latin-1"),
    ],
    ids=["a script for a task", "a script for a day", "deep", "infinite", "a pickle"],
)
def test_a_hostile_progress_file_is_read_as_text(own_file, content):
    own_file.write_text(content, encoding="latin-1")
    said = checks.progress()
    assert "tasks solved" in said and "<img" not in said
    assert not hasattr(said, "_repr_html_") and not hasattr(said, "_repr_markdown_")


def test_a_forged_progress_file_makes_no_answer_right(own_file):
    own_file.write_text(json.dumps({"numbering": 3, "solved": {"01_2": "2026-01-01"}}))
    assert "1 of" in checks.progress()  # a learner's own note, which anyone can write
    assert not checks.task_01_2(lambda *_: None)


@pytest.mark.parametrize("ends", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_an_answer_that_would_end_the_kernel_only_fails(ends):
    def answer(*_, **__):
        raise ends

    result = checks.task_01_2(answer)
    assert not result and result.verdict == "error" and ends.__name__ in result.message


# Links and places


@pytest.mark.skipif(os.name == "nt", reason="Windows asks for a right to make links")
def test_a_link_in_a_shared_cache_has_no_file_overwritten(tmp_path, monkeypatch):
    (tmp_path / "mine.txt").write_text("mine")
    cache = tmp_path / "datasets"
    cache.mkdir()
    (cache / cifar10.KERAS_ARCHIVE).symlink_to(tmp_path / "mine.txt")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("INPAINTING_DATA_DIR", raising=False)
    monkeypatch.setattr(cifar10, "_fetch", lambda url, file, floor: file.write(b"theirs"))
    with pytest.raises(cifar10.DataUnavailable, match="is a link, and the file that it leads to"):
        cifar10.load_cifar10()
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="Windows asks for a right to make links")
def test_a_link_that_waits_where_a_file_is_written_is_not_followed(tmp_path, monkeypatch):
    """Even if its random name were guessed: the file is made new, or not at all."""
    (tmp_path / "mine.txt").write_text("mine")
    guessed = uuid.UUID(int=7)
    monkeypatch.setattr(uuid, "uuid4", lambda: guessed)
    from course_lib._files import _key

    part = tmp_path / f".{_key(tmp_path / 'new.bin')}.{guessed.hex}.part"
    part.symlink_to(tmp_path / "mine.txt")
    with pytest.raises(FileExistsError), replaced(tmp_path / "new.bin") as file:
        file.write(b"theirs")
    assert (tmp_path / "mine.txt").read_text() == "mine"


def archive(path):
    """A tar with members that climb, that are absolute and that are links."""
    import tarfile

    with tarfile.open(path, "w:gz") as packed:
        for name in ("../out", "/out", "cifar-10-batches-py/data_batch_1"):
            member = tarfile.TarInfo(name)
            member.size = 4
            packed.addfile(member, io.BytesIO(b"evil"))
        for kind, name in ((tarfile.SYMTYPE, "data_batch_2"), (tarfile.LNKTYPE, "data_batch_3")):
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.type, member.linkname = kind, "/etc/passwd"
            packed.addfile(member)


def test_an_archive_is_unpacked_nowhere_and_counts_only_with_its_hash(tmp_path, monkeypatch):
    folder = tmp_path / "one" / "two"
    folder.mkdir(parents=True)
    archive(folder / "cifar-10-python.tar.gz")
    monkeypatch.setenv("INPAINTING_DATA_DIR", str(folder))
    monkeypatch.chdir(folder)
    with pytest.raises(cifar10.DataUnavailable, match="not the whole official archive"):
        cifar10.load_cifar10()
    found = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert found == ["cifar-10-python.tar.gz"] and not Path("/out").exists()


# Notebooks


def with_output(data):
    cell = nbformat.v4.new_code_cell("1")
    cell.outputs = [nbformat.v4.new_output("display_data", data=data)]
    return cell


def with_metadata(**metadata):
    return nbformat.v4.new_code_cell("1", metadata=metadata)


HOSTILE_CELLS = {
    "a script": with_output({"text/html": "<p>Hello<script>alert(1)</script>"}),
    "a handler": with_output({"text/html": SCRIPT}),
    "a frame": with_output({"text/html": '<iframe srcdoc="x"></iframe>'}),
    "an address": with_output({"text/html": '<a href=" java\nscript:alert(1)">x</a>'}),
    "JavaScript": with_output({"application/javascript": "alert(1)"}),
    "a drawing": with_output({"image/svg+xml": "<svg onload=alert(1)>"}),
    "Markdown": with_output({"text/markdown": SCRIPT}),
    "prose": nbformat.v4.new_markdown_cell("A lesson.\n\n<script>alert(1)</script>"),
    "a file": nbformat.v4.new_markdown_cell("A", attachments={"a.svg": {"image/svg+xml": "x"}}),
    "a hidden input": with_metadata(jupyter={"source_hidden": True}),
    "a hidden output": with_metadata(collapsed=True),
    "trust": with_metadata(trusted=True),
}


@pytest.mark.parametrize("cell", HOSTILE_CELLS.values(), ids=HOSTILE_CELLS)
def test_a_notebook_that_runs_or_hides_something_is_refused(cell):
    notebook = nbformat.v4.new_notebook(cells=[cell])
    asked = (check_notebooks.check_active, check_notebooks.check_hidden)
    assert sum(len(check(notebook)) for check in asked) > 0
    for check in asked:
        assert check in check_notebooks.CHECKS


# What runs elsewhere


OPEN_DOORS = {
    "S102": "exec(input())",
    "S104": 'address = "0.0.0.0"',
    "S202": 'import tarfile\n\ntarfile.open("a.tar").extractall()',
    "S301": 'import pickle\n\npickle.loads(b"")',
    "S306": "import tempfile\n\ntempfile.mktemp()",
    "S307": "eval(input())",
    "S323": "import ssl\n\nssl._create_unverified_context()",
    "S501": 'import requests\n\nrequests.get("https://example.org", verify=False, timeout=1)',
    "S506": 'import yaml\n\nyaml.load("a")',
    "S602": "import subprocess\n\nsubprocess.run(input(), shell=True)",
    "S605": "import os\n\nos.system(input())",
}


def test_code_that_opens_a_door_does_not_pass_the_lint(tmp_path):
    for rule, code in OPEN_DOORS.items():
        (tmp_path / f"{rule}.py").write_text(code + "\n")
    command = [sys.executable, "-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, "--output-format=json", str(tmp_path)], capture_output=True, text=True
    )
    found = {(Path(one["filename"]).stem, one["code"]) for one in json.loads(done.stdout)}
    assert {(rule, rule) for rule in OPEN_DOORS} <= found


def test_no_line_asks_a_library_to_trust_a_file():
    """numpy, Keras and PyTorch refuse by themselves to run what a file holds, unless told."""
    doors = re.compile(
        r"allow_pickle\s*=\s*True|safe_mode\s*=\s*False|weights_only\s*=\s*False"
        r"|enable_unsafe_deserialization|MAX_IMAGE_PIXELS\s*=|LOAD_TRUNCATED_IMAGES\s*="
    )
    paths = [
        path
        for folder in ("course_lib", "tools", "benchmarks", "notebooks/src", "solutions/src")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]
    assert len(paths) > 100
    assert [path.name for path in paths if doors.search(path.read_text(encoding="utf-8"))] == []


def test_a_server_that_the_course_names_listens_on_this_machine_only():
    texts = [ROOT / "Makefile", *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    texts += [path for path in (ROOT / "tools").rglob("*") if path.suffix in {".py", ".sh", ".bat"}]
    lines = [
        line
        for path in texts
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"-m http\.server", line)
    ]
    assert len(lines) >= 2
    assert [line for line in lines if "--bind 127.0.0.1" not in line] == []


def test_the_container_has_no_rights_and_no_doors():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    doors = {"runArgs", "privileged", "capAdd", "securityOpt", "mounts", "forwardPorts", "appPort"}
    assert doors & set(container) == set()
    for name in ("Makefile", ".binder/postBuild", ".devcontainer/devcontainer.json"):
        text = (ROOT / name).read_text()
        assert not re.search(r"token=(''|\"\"|\s)|--(ServerApp\.)?ip=|disable_check_xsrf", text), (
            name
        )


def test_the_audit_of_packages_and_workflows_cannot_pass_unmade():
    """Plain pip-audit reports success where it could check nothing."""
    weekly = yaml.safe_load((ROOT / ".github/workflows/weekly.yml").read_text(encoding="utf-8"))
    audit, report = weekly["jobs"]["audit"], weekly["jobs"]["report"]
    assert "continue-on-error" not in json.dumps(audit) and "audit" in report["needs"]
    lines = [step["run"] for step in audit["steps"] if "run" in step]
    (packages,) = [line.split() for line in lines if "-m pip_audit" in line]
    assert {"--strict", "--require-hashes", "--disable-pip"} <= set(packages)
    assert packages[-2:] == ["--requirement", "requirements.lock"]
    (workflows,) = [line.split() for line in lines if line.startswith("zizmor")]
    assert workflows == ["zizmor", "--min-severity", "medium", ".github"]
    pinned = [line for line in lines if "pip install" in line]
    assert all(re.fullmatch(r"\S+==[\d.]+", name) for name in pinned[0].split()[4:])


def test_a_scan_for_secrets_waits_before_each_commit():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert "gitleaks" in [hook["id"] for repository in hooks for hook in repository["hooks"]]


def test_a_security_note_says_where_to_report():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "private vulnerability reporting" in text.lower() and "docs/attacks.md" in text
    assert len(text.split()) < 500
