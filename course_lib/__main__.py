"""The course's methods for people without a notebook.

python -m course_lib damage photo.jpg -o mask.png
python -m course_lib restore photo.jpg --mask mask.png -o repaired.png
python -m course_lib compare photo.jpg --mask mask.png -o side_by_side.png
python -m course_lib film clip.webm --mask masks/ -o repaired.webm
python -m course_lib check
"""

import argparse
import os
import sys
import warnings

from course_lib._files import expanded
from course_lib._shell import say

DESCRIPTION = """\
Repair photographs by inpainting: what a mask marks is filled from its surroundings.

  1. Find the damage. A mask is a picture of the same size, white where something is missing.
     Paint it in any program, or let the first command propose one, and look at it:
         python -m course_lib damage photo.jpg -o mask.png
  2. Repair:
         python -m course_lib restore photo.jpg --mask mask.png -o repaired.png
  3. Not satisfied? Set several methods side by side:
         python -m course_lib compare photo.jpg --mask mask.png -o side_by_side.png

A film is repaired frame by frame, each from its neighbours where they show what is missing:
         python -m course_lib film clip.webm --mask mask.png -o repaired.webm

Is this computer ready for the course?
         python -m course_lib check

A fill is invented, never recovered: a repaired photograph says so in its metadata.
"""
HOLE_COLOURS = ("white", "black")
FILMS = (".webm", ".mkv", ".mp4", ".m4v", ".mov", ".avi", ".mpg")
MUCH = 0.5  # of a picture: whoever marks more has usually inverted the mask
WIDEST = 600  # pixels of each picture on the sheet that compare writes


def main(arguments=None):
    """Run a command; 0: done, 1: something is at fault, 2: a typo, 130: interrupted."""
    chosen = _parser().parse_args(arguments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", UserWarning)
            warnings.showwarning = _said
            return chosen.work(chosen) or 0
    except (TypeError, ValueError, OSError, MemoryError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; nothing was written.", file=sys.stderr)
        return 130


def restore(chosen):
    from course_lib import restoration

    mask = _mask(chosen)
    done = restoration.restore_file(
        chosen.photo, mask, chosen.output or _beside(chosen.photo, "repaired"), chosen.method,
        show="invented" if chosen.invented else "repaired", overwrite=chosen.overwrite,
    )  # fmt: skip
    width, height = done.size
    say(
        f"{done.target}: {100 * done.fraction:.2f} % of {width} x {height} pixels invented by "
        f"{done.method} in {done.seconds:.1f} s"
    )
    if done.target.suffix.lower() in restoration.files.LOSSY:
        say("JPEG compresses the known pixels again; end the name in .png to keep them exactly.")


def damage(chosen):
    from course_lib import data, masks, restoration

    looks = _colour(chosen.looks) if chosen.looks.startswith("#") else chosen.looks
    found = restoration.find_damage(
        _marked(chosen.photo), looks, tolerance=chosen.tolerance, width=chosen.width,
        smallest=chosen.smallest, grow=chosen.grow,
    )  # fmt: skip
    target = _free(chosen.output or _beside(chosen.photo, "mask"), chosen)
    data.save(target, found[..., None].repeat(3, axis=-1).astype("float32"))
    say(f"{target}: {100 * masks.hole_fraction(found):.2f} % marked. Look at it before you repair.")


def compare(chosen):
    from course_lib import data, masks, restoration

    target = _free(chosen.output or _beside(chosen.photo, "compared"), chosen)
    image, mask = data.read(chosen.photo), _mask(chosen)
    truth = data.read(chosen.truth) if chosen.truth else None
    pictures, table = restoration.compare(image, mask, chosen.methods, truth=truth)
    say(table.round({"seconds": 2, "psnr_hole": 2}).to_string(index=False))
    damaged = masks.damage(image, mask, 1.0)
    data.save(target, restoration.sheet([damaged, *pictures.values()], WIDEST))
    say(f"{target}: from left to right damaged, {', '.join(pictures)}")


def film(chosen):
    from course_lib import restoration

    done = restoration.restore_video(
        chosen.film, chosen.mask,
        chosen.output or chosen.film.parent / f"{chosen.film.stem}-repaired.webm",
        chosen.method, then=chosen.then, reach=chosen.reach, hole=chosen.hole,
        show="invented" if chosen.invented else "repaired", overwrite=chosen.overwrite,
    )  # fmt: skip
    width, height = done.size
    say(
        f"{done.target}: {100 * done.fraction:.2f} % of {done.frames} frames of {width} x {height} "
        f"pixels filled by {done.method} in {done.seconds:.1f} s; the sound is not kept."
    )
    ending = done.target.suffix.lower()
    if ending not in restoration.film.EXACT:
        say(
            f"A {ending} compresses the known pixels again; end the name in .mkv to keep them "
            "exactly."
        )
    if done.fraction > MUCH:
        other = "white" if chosen.hole == "black" else "black"
        print(f"That is a lot: if the masks are inverted, add --hole {other}.", file=sys.stderr)


def check(chosen):
    from course_lib import room

    lines = []
    for line in room.look():
        lines.append(line)
        if not chosen.json:
            say(line)
    if chosen.json:
        say(room.as_json(lines))
    faults = sum(not line.well for line in lines)
    if not chosen.json:
        say(f"{faults} to mend." if faults else "Ready.")
    return min(faults, 1)


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m course_lib", description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = parser.add_subparsers(
        title="commands", metavar="restore | damage | compare | film | check", required=True
    )
    photo = argparse.ArgumentParser(add_help=False)
    photo.add_argument("photo", type=expanded, help="the photograph, any picture file")
    photo.add_argument(
        "-o", "--output", type=expanded, help="the file to write (default: beside the photograph)"
    )
    photo.add_argument("--overwrite", action="store_true", help="replace an existing file")
    masked = argparse.ArgumentParser(add_help=False)
    masked.add_argument(
        "--mask", type=expanded, required=True, help="a picture of the same size as the photograph"
    )
    masked.add_argument(
        "--hole",
        choices=HOLE_COLOURS,
        default="white",
        help="the colour that marks what is missing (default: white)",
    )
    _add_restore(commands, [photo, masked])
    _add_damage(commands, [photo])
    _add_compare(commands, [photo, masked])
    _add_film(commands)
    _add_check(commands)
    return parser


def _add_restore(commands, parents):
    about = "fill what the mask marks, and keep everything else in the file as it is"
    command = commands.add_parser("restore", parents=parents, help=about, description=about)
    command.add_argument(
        "--method", default="photo",
        help="photo (a network for photographs, the default), best (a network, quicker), "
        "biharmonic, harmonic, telea, exemplar, ...; a wrong name lists them all",
    )  # fmt: skip
    command.add_argument(
        "--invented",
        action="store_true",
        help="hatch what was filled, so that nobody takes it for the original",
    )
    command.set_defaults(work=restore)


def _add_damage(commands, parents):
    about = "propose a mask for what looks damaged"
    command = commands.add_parser("damage", parents=parents, help=about, description=about)
    command.add_argument(
        "--looks", default="bright scratches",
        help='"bright scratches" (the default), "dark scratches", "bright", "dark", or a colour, '
        '"#ffcc00"',
    )  # fmt: skip
    command.add_argument(
        "--tolerance",
        type=float,
        help="above 0, at most 1: how far scratches must stand out (default: 0.3), or how near the "
        "colour the others must be (default: 0.1)",
    )
    command.add_argument(
        "--width", type=int, default=5, help="width of the widest scratch, pixels (default: 5)"
    )
    command.add_argument(
        "--smallest", type=int, default=5, help="leave out specks of fewer pixels (default: 5)"
    )
    command.add_argument(
        "--grow", type=int, default=1, help="pixels to add all around (default: 1)"
    )
    command.set_defaults(work=damage)


def _add_compare(commands, parents):
    about = "repair by several methods: seconds of each and, if the truth is known, decibels"
    command = commands.add_parser("compare", parents=parents, help=about, description=about)
    command.add_argument(
        "--methods", nargs="+", help="the methods' names",
        default=["telea", "navier_stokes", "harmonic", "biharmonic", "best", "photo"],
    )  # fmt: skip
    command.add_argument(
        "--truth", type=expanded, help="the undamaged photograph, where there is one"
    )
    command.set_defaults(work=compare)


def _add_film(commands):
    about = (
        "repair a film: fill what the masks mark from the frames before and after, and what none "
        "of them shows from its surroundings; .mkv and .webp keep the known pixels exactly, the "
        "other formats compress them again; the sound is not kept"
    )
    command = commands.add_parser("film", help=about, description=about)
    command.add_argument(
        "film",
        type=expanded,
        help="the film: a video file, or a folder of pictures, shown at 25 a second",
    )
    command.add_argument(
        "--mask", type=expanded, required=True,
        help="white where something is missing: one picture for all frames, a folder with one for "
        "each frame, or a film",
    )  # fmt: skip
    command.add_argument(
        "--hole", choices=HOLE_COLOURS, default="white",
        help="the colour that marks what is missing (default: white)",
    )  # fmt: skip
    command.add_argument(
        "-o", "--output", type=expanded,
        help="the file to write: .webm, .mkv (large, and no browser plays it), .mp4 (needs PyAV), "
        ".webp or .gif (default: a .webm beside the film)",
    )  # fmt: skip
    command.add_argument("--overwrite", action="store_true", help="replace an existing file")
    command.add_argument(
        "--method", default="motion",
        help="motion (follows what moves, the default), median (where nothing moves), or any "
        "method of restore, frame by frame",
    )  # fmt: skip
    command.add_argument(
        "--then", default="harmonic",
        help="how motion and median fill what no frame shows (default: harmonic; best is a "
        "network)",
    )  # fmt: skip
    command.add_argument(
        "--reach", type=int, default=8,
        help="how many frames before and after are looked at (default: 8)",
    )  # fmt: skip
    command.add_argument(
        "--invented", action="store_true",
        help="hatch what was filled, so that nobody takes it for the original",
    )  # fmt: skip
    command.set_defaults(work=film)


def _add_check(commands):
    about = "is this computer ready for the course? if something is not, it says what to type"
    command = commands.add_parser("check", help=about, description=about)
    command.add_argument("--json", action="store_true", help="print JSON, for programs")
    command.set_defaults(work=check)


def _mask(chosen):
    """The mask of a command, with a remark if it looks inverted."""
    from course_lib import masks, restoration

    mask = restoration.read_mask(chosen.mask, hole=chosen.hole)
    fraction = masks.hole_fraction(mask)
    other = "white" if chosen.hole == "black" else "black"
    if fraction == 0:
        raise ValueError(
            f"{chosen.mask} marks nothing: paint holes {chosen.hole}, or add --hole {other}."
        )
    if fraction > MUCH:
        print(
            f"{chosen.mask} covers {100 * fraction:.0f} % of the picture: if it is inverted, add "
            f"--hole {other}.",
            file=sys.stderr,
        )
    return mask


def _marked(path):
    """The picture to find damage in, with a remark on what else its file holds."""
    from course_lib import data

    if path.suffix.lower() in FILMS:
        raise ValueError(
            f"{path} is a film, which needs masks of its own: see lesson 15, or type "
            "python -m course_lib film --help."
        )
    with data.files.opened(path) as picture:
        count = len(data.files.pages(picture))
    if count > 1:
        _said(f"{path} holds {count} pages or frames, and only the first is marked; for films see "
              "lesson 15.")  # fmt: skip
    return data.read(path)


def _beside(photo, what):
    """The name of a new file beside the photograph, in a format that loses nothing."""
    ending = photo.suffix.lower() if photo.suffix.lower() in (".png", ".tif", ".tiff") else ".png"
    return photo.parent / f"{photo.stem}-{what}{ending}"


def _free(path, chosen):
    if path.exists() and not chosen.overwrite:
        raise FileExistsError(
            f"{path} is there already: choose another name with -o, or add --overwrite."
        )
    return path


def _colour(text):
    """An RGB triple in [0, 1] of "#rrggbb"."""
    try:
        levels = bytes.fromhex(text[1:])
    except ValueError:
        levels = b""
    if len(levels) != 3:
        raise ValueError(f"{text!r} is no colour: write it as #rrggbb, such as #ffcc00.")
    return [level / 255 for level in levels]


def _without_remarks():
    """Keep TensorFlow's own remarks off the terminal: they go to file descriptor 2, which now leads
    nowhere, and what Python has to say goes to a copy of it. If 2 was closed, both are dropped; it
    is taken even so, or the next file opened would get that number, and the remarks."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")
    else:
        sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _said(message, *_, **__):
    print(f"note: {message}", file=sys.stderr)


if __name__ == "__main__":
    _without_remarks()
    sys.exit(main())
