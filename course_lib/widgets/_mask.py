"""What every widget that holds a mask has in common."""

import numpy as np
import traitlets

from course_lib import plots
from course_lib._validation import check_image, check_mask, check_mask_fits, check_values
from course_lib.widgets._page import encode


class HoldsMask(traitlets.HasTraits):
    """A picture and a mask for it; observe the trait ``packed`` to hear of a changed mask."""

    packed = traitlets.Bytes(help="the mask, one bit a pixel, row by row (numpy.packbits)")

    def _take_image(self, image):
        image = check_image(image)
        check_values(image, "image")
        self.image = image
        self.mask = np.zeros(image.shape[:2], dtype=bool)

    @property
    def mask(self):
        """The mask, bool (H, W), True = hole: a fresh array. Assign a mask to replace it.

        Raises, on assignment:
            TypeError: if the mask is not bool.
            ValueError: if it is not one mask (H, W) of the picture's size.
        """
        shape = self.image.shape[:2]
        bits = np.frombuffer(self.packed, dtype=np.uint8)
        return np.unpackbits(bits, count=shape[0] * shape[1]).reshape(shape).astype(bool)

    @mask.setter
    def mask(self, mask):
        mask = check_mask(mask)
        if mask.ndim != 2:
            raise ValueError(f"mask has shape {mask.shape}: pass one mask (H, W) of the batch.")
        self.packed = np.packbits(check_mask_fits(mask, self.image)).tobytes()

    def _still(self):
        """The picture with its hole in colour, as (media type, bytes, alternative text)."""
        height, width = self.image.shape[:2]
        alt = (
            f"The picture to be masked, {width} x {height} pixels, with {self.mask.mean():.1%} "
            "of it marked as hole."
        )
        return *encode(plots.tint(self.image, self.mask)), alt
