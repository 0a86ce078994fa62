"""The course on The Littlest JupyterHub, which keeps its own login, limits, culler and proxy.

In /opt/tljh/config/jupyterhub_config.d/inpainting.py stands one line:

    load_subconfig("/srv/inpainting-course/hub/tljh.py")
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from hub import accounts, seats  # noqa: E402

EXCHANGE = Path("/srv/inpainting-exchange")

c = get_config()  # noqa: F821 (JupyterHub defines it)
seats.configure(c, "/opt/tljh/user/bin/python", EXCHANGE)
c.SystemdSpawner.unit_extra_properties = {"TasksMax": accounts.TASKS}
accounts.make_exchange(EXCHANGE)
