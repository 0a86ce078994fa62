"""What every widget that holds a mask has in common."""

import numpy as np
import traitlets

from course_lib import plots
from course_lib._validation import check_image, check_mask, check_mask_fits, check_values
from course_lib.widgets._page import encode


class HoldsMask(traitlets.HasTraits):
    """A picture and a mask for it; observe the trait ``packed`` to hear of a changed mask."""

    packed = traitlets.Bytes(help="the mask, one bit a pixel, row by row (numpy.packbits)")
    _size = None  # (H, W) of the picture

    def _take_image(self, image):
        image = check_image(image)
        check_values(image, "image")
        self.image = image
        self._empty_mask(image.shape[:2])

    def _empty_mask(self, size):
        self._size = tuple(size)
        self.packed = bytes(-(-size[0] * size[1] // 8))

    @property
    def mask(self):
        """The mask, bool (H, W), True = hole: a fresh array; None while there is no picture.

        Assign a mask to replace it.

        Raises, on assignment:
            TypeError: if the mask is not bool.
            ValueError: if it is not one mask (H, W) of the picture's size.
        """
        if self._size is None:
            return None
        height, width = self._size
        bits = np.frombuffer(self.packed, dtype=np.uint8)
        return np.unpackbits(bits, count=height * width).reshape(height, width).astype(bool)

    @mask.setter
    def mask(self, mask):
        if self._size is None:
            raise ValueError("there is no picture yet: open one before you assign its mask.")
        mask = check_mask(mask)
        if mask.ndim != 2:
            raise ValueError(f"mask has shape {mask.shape}: pass one mask (H, W) of the batch.")
        picture = np.broadcast_to(np.float32(0), (*self._size, 3))  # only its shape matters
        self.packed = np.packbits(check_mask_fits(mask, picture)).tobytes()

    def _still(self):
        """The picture with its hole in colour, as (media type, bytes, alternative text)."""
        height, width = self._size
        alt = (
            f"The picture to be masked, {width} x {height} pixels, with {self.mask.mean():.1%} "
            "of it marked as hole."
        )
        return *encode(plots.tint(self.image, self.mask)), alt
