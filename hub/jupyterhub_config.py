"""JupyterHub for a class on one machine; docs/teaching/hub.md says how to set it up.

    make hub

Run as root, it gives every learner an account of the system, under systemd with limits for the
whole seat. Otherwise all seats belong to one account: learners could read each other's files.
To change something, begin your own file with ``load_subconfig("…/hub/jupyterhub_config.py")``.

``INPAINTING_HUB`` is the hub's folder (/srv/inpainting-hub), ``INPAINTING_HUB_IDLE`` after how many
seconds an unused server ends (3600).
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from hub import accounts, seats  # noqa: E402
from tools.site.npm import packages  # noqa: E402

c = get_config()  # noqa: F821 (JupyterHub defines it)
HOME = Path(os.environ.get("INPAINTING_HUB", "/srv/inpainting-hub"))
IDLE = int(os.environ.get("INPAINTING_HUB_IDLE", "3600"))
AS_ROOT = os.geteuid() == 0
SYSTEMD = Path("/run/systemd/system").is_dir()

# What the hub keeps: private, but for the exchange.
PRIVATE = HOME / "private"
PRIVATE.mkdir(parents=True, exist_ok=True)
os.chmod(HOME, 0o755)
os.chmod(PRIVATE, 0o700)
c.JupyterHub.db_url = f"sqlite:///{PRIVATE / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(PRIVATE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(PRIVATE / "proxy.pid")
accounts.make_exchange(HOME / "exchange")

# Loopback only: a proxy with TLS stands in front of it.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
PROXY = packages("hub") / "configurable-http-proxy/bin/configurable-http-proxy"
c.ConfigurableHTTPProxy.command = ["node", str(PROXY)]

accounts.check(ROOT, HOME)
# The names on the class list, and nobody else. The first login of each sets the password.
everybody, teachers = accounts.read_class(HOME / "class.txt")
c.JupyterHub.authenticator_class = "firstuseauthenticator.FirstUseAuthenticator"
c.FirstUseAuthenticator.dbm_path = str(PRIVATE / "passwords.dbm")
c.FirstUseAuthenticator.create_users = False
c.FirstUseAuthenticator.min_password_length = 8
c.Authenticator.allowed_users = everybody
c.Authenticator.admin_users = teachers
c.Authenticator.username_pattern = f"^{accounts.NAME.pattern}$"

seats.configure(c, sys.executable, HOME / "exchange")
c.Spawner.mem_limit = seats.MEMORY
c.Spawner.cpu_limit = seats.CPUS
if not AS_ROOT:
    c.JupyterHub.spawner_class = "simple"
    c.Spawner.pre_spawn_hook = accounts.own_port
    c.SimpleLocalProcessSpawner.home_dir_template = str(PRIVATE / "homes/{username}")
else:
    c.Spawner.pre_spawn_hook = accounts.make
    if SYSTEMD:
        c.JupyterHub.spawner_class = "systemd"
        c.SystemdSpawner.isolate_tmp = True
        c.SystemdSpawner.unit_extra_properties = {"TasksMax": accounts.TASKS}
    else:
        c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
        c.Spawner.environment["INPAINTING_TASKS"] = accounts.TASKS

# Servers that nobody uses end.
CULL = [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE}"]
c.JupyterHub.services = [{"name": "cull", "command": CULL}]
c.JupyterHub.load_roles = [
    {
        "name": "cull",
        "services": ["cull"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]
