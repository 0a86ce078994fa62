"""The same hub behind a learning platform (Moodle, Canvas): whoever is logged in there is in here.

LTI 1.1, with the key and the secret that the platform was given:

    INPAINTING_LTI_KEY=… INPAINTING_LTI_SECRET=… jupyterhub -f hub/lti.py

For LTI 1.3 see https://ltiauthenticator.readthedocs.io.
"""

import os
from pathlib import Path

load_subconfig(str(Path(__file__).with_name("jupyterhub_config.py")))  # noqa: F821

c = get_config()  # noqa: F821 (JupyterHub defines both)
c.JupyterHub.authenticator_class = "ltiauthenticator.LTIAuthenticator"
c.LTI11Authenticator.consumers = {
    os.environ["INPAINTING_LTI_KEY"]: os.environ["INPAINTING_LTI_SECRET"]
}
# The name there must do as an account's here; Canvas: custom_canvas_user_login_id.
c.LTI11Authenticator.username_key = os.environ.get("INPAINTING_LTI_NAME", "ext_user_username")
c.Authenticator.allow_all = True  # the platform has the class list
