"""What every seat of the course has, whichever hub starts it."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MEMORY = "2G"  # lesson 08 takes 1.05 GB at its peak (benchmarks/RESULTS.md, Seats of a class)
CPUS = 1
CLOSED_TAB = 1800  # seconds after which the kernel of a closed tab ends: it may hold 1 GB
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
)


def configure(c, python, exchange):
    """Set up the spawner, whatever its class.

    Args:
        c: the hub's configuration.
        python: path of the Python that has the course's packages and jupyterhub.
        exchange: the folder of nbgrader's exchange.
    """
    c.Spawner.cmd = [str(python), "-m", "hub.seat"]
    c.Spawner.args = [
        f"--MappingKernelManager.cull_idle_timeout={CLOSED_TAB}",
        # A kernel takes five ports; when a class starts, some were taken before it came to them.
        "--KernelManager.transport=ipc",
        # A login shell, which is the default, forgets PATH: python and nbgrader were not found.
        "--ServerApp.terminado_settings={'shell_command': ['bash']}",
    ]
    c.Spawner.default_url = "/lab/tree/inpainting/notebooks/00_first_repair.ipynb"
    c.Spawner.start_timeout = c.Spawner.http_timeout = 300  # thirty at once on two cores
    c.Spawner.environment = {
        **dict.fromkeys(THREADS, "1"),
        "INPAINTING_EXCHANGE": str(exchange),
        "INPAINTING_PROFILE": "quick",
        "JUPYTER_CONFIG_PATH": str(ROOT / "hub/etc"),
        "KERAS_BACKEND": "tensorflow",
        "PATH": os.pathsep.join([str(Path(python).parent), os.environ.get("PATH", os.defpath)]),
        "PYTHONPATH": str(ROOT),
    }
    c.JupyterHub.concurrent_spawn_limit = 0  # a class arrives at once; a limit turns it away
