"""Whether a hub can start here, before minutes are spent on it: ``make hub`` asks first.

python -m hub
"""

import os
import sys
from pathlib import Path

from hub import accounts

HUB = Path(os.environ.get("INPAINTING_HUB", "/srv/inpainting-hub"))

if __name__ == "__main__":
    try:
        accounts.check(Path(__file__).resolve().parents[1], HUB)
    except ValueError as error:
        sys.exit(str(error))
