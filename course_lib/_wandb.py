"""What Weights & Biases may do here, as the learner has said it; wandb itself is not imported.

The words, the files and which overrules which are W&B's own: wandb 0.31, sdk/wandb_settings.py,
sdk/wandb_setup.py and sdk/lib/settings_file.py.
"""

import configparser
import netrc
import os
from urllib.parse import urlsplit

from course_lib._variables import meant

WANDB_HOSTS = ("api.wandb.ai", "api.forge.coreweave.com")
ONLINE = ("online", "run", "shared")
NO = ("", "0", "false", "f", "no", "n", "off")


def wandb_mode():
    """What a W&B run that begins here would do: as the learner asked, else online with a key.

    A learner asks by ``WANDB_MODE``, ``WANDB_DISABLED`` or ``WANDB_OFFLINE``, or by ``wandb
    offline`` and its like, which leave a settings file. A word that W&B does not know never means
    online.

    Returns:
        "online", "offline" or "disabled".
    """
    asked = _word(os.environ.get("WANDB_MODE")) or _mode_in_files()
    if asked == "disabled" or _word(os.environ.get("WANDB_DISABLED")) not in NO:
        return "disabled"
    if _word(os.environ.get("WANDB_OFFLINE")) not in NO:
        return "offline"
    if asked:
        return "online" if asked in ONLINE else "offline"
    return "online" if _word(os.environ.get("WANDB_API_KEY")) or _netrc_has_key() else "offline"


def _word(value):
    """A word as it was meant, in lower case."""
    return meant(value).lower()


def _mode_in_files():
    """The mode in W&B's settings files, this folder's before the home's; "" if none gives one."""
    local = [root for root in (os.curdir, os.environ.get("WANDB_DIR")) if root]
    folders = [os.path.join(root, name) for root in local for name in ("wandb", ".wandb")]
    folders.append(os.environ.get("WANDB_CONFIG_DIR") or os.path.join("~", ".config", "wandb"))
    modes = [_mode_in(os.path.join(os.path.expanduser(folder), "settings")) for folder in folders]
    return next(filter(None, modes), "")


def _mode_in(path):
    if not os.path.isfile(path):
        return ""
    settings = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        with open(path, encoding="utf-8-sig") as file:  # editors on Windows put a mark before it
            settings.read_file(file)
    except (OSError, ValueError, configparser.Error):
        return "unreadable"  # not a word of W&B's: it may have been a wish, so not online
    return _word(settings.get("default", "mode", fallback=""))


def _netrc_has_key():
    """Whether a login file has a password for W&B.

    There may be no home, a folder that may not be entered, a file in another encoding: what
    cannot be read counts as holding no key.
    """
    hosts = {*WANDB_HOSTS, _own_host()}
    return any(
        hosts & _machines(os.path.expanduser(place))
        for place in (os.environ.get("NETRC"), "~/.netrc", "~/_netrc")
        if place
    )


def _own_host():
    """The host of the learner's own W&B server, or None."""
    try:
        return urlsplit(os.environ.get("WANDB_BASE_URL", "")).hostname
    except ValueError:  # brackets that are no IPv6 address
        return None


def _machines(path):
    """Names of the machines that the login file ``path`` has passwords for."""
    if not os.path.isfile(path):  # unlike Path.is_file it raises nothing, whoever owns the folder
        return set()
    try:
        return set(netrc.netrc(path).hosts)
    except (netrc.NetrcParseError, OSError, ValueError):  # ValueError: not in UTF-8
        return set()
