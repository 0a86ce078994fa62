"""What a learner calls besides the checks: progress and the expected pictures."""

import base64
import json
from pathlib import Path

from course_lib._place import place
from course_lib.checks import _progress
from course_lib.checks._task import TASKS, Text
from course_lib.plots import page

ON_COLAB = (
    "Google Colab forgets this with the session. To keep it, mount your Drive: "
    'from google.colab import drive; drive.mount("/content/drive"). Then '
    'checks.save_progress("/content/drive/MyDrive/inpainting.json"), and next time '
    "checks.load_progress with the same path."
)
PICTURES = Path(__file__).parent / "expected"


def progress():
    """Which tasks are solved and which comes next, in words.

    What is solved is kept in a small file, ``~/.inpainting-course/progress.json`` (the variable
    INPAINTING_PROGRESS names another); in a browser in ``inpainting-progress.json`` beside the
    notebooks. Google Colab forgets it with the session, and there the last line says what to do.

    Returns:
        A string that a notebook shows without quotes.
    """
    solved, note = _progress.solved()
    where = [ON_COLAB] if place() == "colab" else []
    return Text("\n".join([told(solved), *([note] if note else []), *where]))


def told(solved):
    """``progress`` in words, for the names of the solved tasks."""
    lines = [f"{sum(name in solved for name in TASKS)} of {len(TASKS)} tasks solved."]
    for lesson in sorted({name[:2] for name in TASKS}):
        tasks = [task for name, task in TASKS.items() if name[:2] == lesson]
        words = ", ".join(
            f"{task.name.replace('_', '.')} {'solved' if task.name in solved else 'open'}"
            for task in tasks
        )
        lines.append(f"Lesson {lesson}: {words}")
    upcoming = next((task for name, task in TASKS.items() if name not in solved), None)
    if upcoming:
        lines.append(f"Next: {upcoming.name.replace('_', '.')}, {upcoming.title}.")
    return "\n".join(lines)


def save_progress(path):
    """Save what is solved to a file of your own, for instance on Google Drive.

    What the file holds already is kept. On Colab, first
    ``from google.colab import drive; drive.mount("/content/drive")``, then
    ``checks.save_progress("/content/drive/MyDrive/inpainting.json")``. In a browser the file lies
    beside the notebooks: File > Open lists it, and Download there saves it.

    Returns:
        A sentence that says what was done, or why it could not be.
    """
    try:
        kept, note = _progress.save(path)
    except OSError as error:
        return Text(f"Nothing was saved: {error}.")
    return Text(f"{len(kept)} solved tasks saved to {path}." + (f" {note}" if note else ""))


def load_progress(path):
    """Add what ``save_progress`` saved to what is solved here.

    Returns:
        A sentence that says what was done, or why it could not be.
    """
    try:
        found, note = _progress.load(path)
    except OSError as error:
        return Text(f"Nothing was loaded: {error}.")
    return Text(f"{len(found)} solved tasks loaded from {path}." + (f" {note}" if note else ""))


def expected(name):
    """Show the picture that a right answer gives.

    Args:
        name: the task, such as "01_2".

    Returns:
        None; where there is no picture, the sentence that says so.
    """
    key = str(name).replace(".", "_")
    described = json.loads((PICTURES / "pictures.json").read_text(encoding="utf-8"))
    if key not in described:
        return Text(f"Task {key.replace('_', '.')} has no picture of what is expected.")
    about = described[key]
    encoded = base64.b64encode((PICTURES / about["file"]).read_bytes()).decode()
    media_type = "image/jpeg" if about["file"].endswith(".jpg") else "image/png"
    data = {
        media_type: encoded,
        "text/html": page.as_html(media_type, encoded, about["alt"]),
        "text/plain": f"[figure: {about['alt']}]",
    }
    page.put(data, {media_type: {"alt": about["alt"]}})
    page.show_caption(f"Expected: {about['caption']}")
    return None
