"""Run every lesson headless on the embedded data and write it as HTML into build/.

python -m tools.course [NN_name ...]
"""

from nbconvert import HTMLExporter

from course_lib.plots.page import as_html
from tools.build_notebooks import IMAGES, clean, execute
from tools.project import ROOT, SOURCES, lessons, words
from tools.render import render


def describe(notebook):
    """Give every picture, in place, HTML with its alternative text: nbconvert reads no other."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for media_type in set(output.get("data", {})) & set(IMAGES[:3]):
                alt = output.metadata.get(media_type, {}).get("alt", "")
                output.data["text/html"] = as_html(media_type, output.data[media_type], alt)
    return notebook


def main(names):
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    for name in lessons(names):
        notebook = describe(clean(execute(render(SOURCES / f"{name}.py"))))
        page, _ = HTMLExporter().from_notebook_node(
            notebook, resources={"metadata": {"name": name}}
        )
        (build / f"{name}.html").write_text(page, encoding="utf-8")
        print(f"build/{name}.html")


if __name__ == "__main__":
    main(words("tools.course", __doc__))
