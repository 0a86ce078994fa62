"""Fill one picture by frequency-selective reconstruction, of OpenCV's contributed modules.

    python -m pip install --no-deps --target FOLDER opencv-contrib-python-headless
    PYTHONPATH=FOLDER python benchmarks/fsr.py JOB.npz

A process of its own, since these modules take the place of the OpenCV that the course runs on.
JOB.npz holds ``image`` uint8 (H, W, 3) RGB and ``mask`` bool (H, W); ``filled`` is added to it.

Source: Genser et al., Spectral constrained frequency selective extrapolation for rapid image
error concealment, 2018; OpenCV's ``xphoto.inpaint`` with ``INPAINT_FSR_FAST``.
"""

import sys

import cv2
import numpy as np

if __name__ == "__main__":
    cv2.setNumThreads(1)
    with np.load(sys.argv[1]) as job:
        image, mask = job["image"], job["mask"]
    damaged = np.where(mask[..., None], np.uint8(0), image)
    filled = np.zeros_like(damaged)
    known = np.where(mask, np.uint8(0), np.uint8(255))
    # It takes blue, green, red, and changes known pixels as well.
    cv2.xphoto.inpaint(damaged[..., ::-1].copy(), known, filled, cv2.xphoto.INPAINT_FSR_FAST)
    filled = np.where(mask[..., None], filled[..., ::-1], image)
    np.savez(sys.argv[1], image=image, mask=mask, filled=filled)
