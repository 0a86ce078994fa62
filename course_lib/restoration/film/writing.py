"""Film files, written frame by frame: WebM (VP9), MP4 (H.264), MKV (FFV1), animated WebP and GIF.

MKV and WebP hold each pixel exactly. WebM cannot: OpenCV gives VP9 one colour for four pixels and
passes no quality on, so that a colourful, grainy film comes back at 34 dB, and at 36 without VP9.
"""

from contextlib import closing, contextmanager
from fractions import Fraction

import numpy as np
from PIL import Image

from course_lib._files import shown
from course_lib._opencv import cv2, quiet

# Films with a codec, by OpenCV's name for it; the others are animated pictures.
CODED = {".webm": "VP90", ".mkv": "FFV1", ".mp4": None}
ENDINGS = (*CODED, ".webp", ".gif")
EXACT = (".mkv", ".webp")
UNEVEN = 0.004  # seconds; most files round a frame's time to thousandths
SLOWEST, FASTEST = 0.01, 240  # frames a second that every player shows
FASTEST_GIF = 100  # which counts in hundredths of a second
MILLISECONDS = 1000
HELD = 2**29  # bytes of pixels at most in an animated picture, which is held in memory
# The quality of what loses nothing is its effort; more takes ten times as long for a tenth less.
QUALITY = {".webp": {"lossless": True, "quality": 0, "method": 0}, ".gif": {"disposal": 1}}


@contextmanager
def writer(path, ending, size, seconds):
    """A function that writes one frame, uint8 (H, W, 3), to be called for each of the film's.

    Args:
        path: the new file.
        ending: one of ENDINGS.
        size: (H, W), pixels.
        seconds: float64 (T,), how long each frame is shown.

    Raises:
        ValueError: if the codec is missing.
    """
    kind = _mp4 if ending == ".mp4" else _by_opencv if ending in CODED else _animation
    with closing(kind(path, size, seconds)) as frames:
        next(frames)
        yield frames.send


def check_writable(ending, size, count):
    """A film of that ending, size and number of frames can be written.

    Raises:
        ValueError: if not, in one sentence.
    """
    if ending not in ENDINGS:
        said = f"{shown(ending)} is" if ending else "a name without an ending is"
        raise ValueError(f"{said} no ending of a film: use .webm, .mkv, .mp4, .webp or .gif.")
    if ending == ".mp4":
        _av()
    held = 3 * size[0] * size[1] * count
    if ending not in CODED and held > HELD:
        raise ValueError(
            f"{count} frames of {size[1]} x {size[0]} pixels are too many for an animated picture, "
            "which is put together in memory: end the name in .webm."
        )


def even_sided(frame):
    """The frame, its last row and column doubled where their number is odd.

    Example:
        >>> even_sided(np.zeros((3, 4, 3), np.uint8)).shape
        (4, 4, 3)
    """
    return np.pad(frame, ((0, frame.shape[0] % 2), (0, frame.shape[1] % 2), (0, 0)), mode="edge")


def copies(seconds, rate):
    """How often each frame stands in a film of ``rate`` frames a second, so that it keeps time.

    Example:
        >>> copies(np.array([0.04, 0.12, 0.04]), 25).tolist()
        [1, 3, 1]
    """
    ends = np.rint(np.cumsum(seconds) * rate).astype(int)
    return np.diff(ends, prepend=0)


def _by_opencv(path, size, seconds):
    even = np.ptp(seconds) <= UNEVEN
    rate = 1 / seconds.mean() if even else min(FASTEST, 1 / seconds.min())
    repeats = np.ones(len(seconds), int) if even else copies(seconds, rate)
    height, width = (side + side % 2 for side in size)
    codec = CODED[path.suffix]
    with quiet():
        file = cv2.VideoWriter(
            str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*codec), rate, (width, height)
        )
    if not file.isOpened():
        raise ValueError(f"this OpenCV cannot write {codec}: install opencv-python from PyPI.")
    try:
        for repeat in repeats:
            frame = even_sided((yield))
            for _ in range(repeat):
                file.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        yield
    finally:
        file.release()


def _mp4(path, size, seconds):
    av = _av()
    starts = np.rint(MILLISECONDS * (np.cumsum(seconds) - seconds)).astype(int)
    with av.open(str(path), "w", format="mp4") as file:
        rate = Fraction(1 / seconds.mean()).limit_denominator(1001)
        stream = file.add_stream("libx264", rate=rate)
        stream.height, stream.width = (side + side % 2 for side in size)
        stream.pix_fmt, stream.options = "yuv420p", {"crf": "18"}
        stream.codec_context.time_base = Fraction(1, MILLISECONDS)
        for start in starts:
            picture = av.VideoFrame.from_ndarray(even_sided((yield)), format="rgb24")
            picture.pts, picture.time_base = int(start), Fraction(1, MILLISECONDS)
            file.mux(stream.encode(picture))
        file.mux(stream.encode())
        yield


def _animation(path, size, seconds):
    frames = []
    for _ in seconds:
        frames.append(Image.fromarray((yield)))
    ending = path.suffix
    duration = np.rint(MILLISECONDS * seconds).astype(int).tolist()
    frames[0].save(
        path, format=ending[1:].upper(), save_all=True, append_images=frames[1:],
        duration=duration, loop=0, **QUALITY[ending],
    )  # fmt: skip
    yield


def _av():
    try:
        import av
    except ImportError:
        raise ValueError(
            "H.264 is written by PyAV, which is not installed: type python -m pip install av, or "
            "end the name in .webm."
        ) from None
    return av
