"""Web pages in tests: a folder served on this machine, and what axe finds on a page."""

import functools
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from tools.site import npm

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


class Quiet(SimpleHTTPRequestHandler):
    """Python's own server, as ``python -m http.server``, without a line for each request."""

    def log_message(self, *_):
        pass


@contextmanager
def served(folder):
    """The address of a server of this folder, without a slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def accessibility_faults(page):
    """What axe-core finds on the page against WCAG 2.2 AA: a list of sentences."""
    page.evaluate((npm.packages() / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    script = "tags => axe.run({ runOnly: { type: 'tag', values: tags } })"
    found = page.evaluate(script, list(WCAG))["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]
