"""Openly licensed photographs that packages carry: who trains on them, and who is judged.

    python -m benchmarks.photographs

Some come with the course's own packages; the others are taken, once, out of packages that nothing
here needs otherwise, into build/photographs: wheels of scikit-learn and of an older SciPy, and the
Debian package lomiri-wallpapers-16.04 (with its younger sister). Where ``apt-get`` is not at hand,
put the .deb files into build/photographs yourself. Every file is known by its SHA-256.
"""

import bz2
import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_lib import data
from course_lib._opencv import cv2
from course_lib._pixels import as_bytes, as_floats
from tools.project import ROOT, words

FOLDER = ROOT / "build" / "photographs"
LONGER_SIDE = 512  # pixels, of a photograph that is judged on
WHEELS = {
    "scikit-learn": ["scikit-learn==1.9.1"],
    "scipy": ["scipy==1.9.3", "--python-version=3.9", "--platform=manylinux2014_x86_64"],
}
DEBIAN = ("lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04")


@dataclass(frozen=True)
class Photograph:
    """Where a photograph comes from.

    Attributes:
        package: that carries it.
        licence: and whom to name.
        file: inside the package; None for ``data.PHOTOS``.
        sha256: of the file.
    """

    package: str
    licence: str
    file: str | None = None
    sha256: str | None = None


def _lomiri(author, licence, file, sha256, package=DEBIAN[0]):
    return Photograph(package, f"{licence}, {author}", file, sha256)


TRAIN = {
    "astronaut": Photograph("scikit-image", "public domain, NASA"),
    "rocket": Photograph("scikit-image", "public domain, SpaceX"),
    "grace_hopper": Photograph("matplotlib", "public domain, US Navy"),
    "face": Photograph(
        "scipy",
        "public domain, public-domain-image.com",
        "scipy/misc/face.dat",
        "9d8b0b4d081313e2b485748c770472e5a95ed1738146883d84c7030493e82886",
    ),
    "china": Photograph(
        "scikit-learn",
        "CC BY 2.0, danielbuechele",
        "sklearn/datasets/images/china.jpg",
        "8378025ad2519d649d02e32bd98990db4ab572357d9f09841c2fbfbb4fefad29",
    ),
    "brick": Photograph("scikit-image", "CC0, CC0Textures"),
    "grass": Photograph("scikit-image", "CC0, linolafett"),
    "gravel": Photograph("scikit-image", "CC0, CC0Textures"),
}
TEXTURES = ("brick", "grass", "gravel")
VALIDATION = {
    "flower": Photograph(
        "scikit-learn",
        "CC BY 2.0, vultilion",
        "sklearn/datasets/images/flower.jpg",
        "a77f6ec41e353afdf8bdff2ea981b2955535d8d83294f8cfa49cf4e423dd5638",
    ),
    "camera": Photograph("scikit-image", "CC0, Lav Varshney"),
}
HELD_OUT = {
    "chelsea": Photograph("scikit-image", "CC0, Stefan van der Walt"),
    "coffee": Photograph("scikit-image", "CC0, Rachel Michetti"),
    "bridge": _lomiri(
        "Sander Klootwijk", "CC BY-SA 4.0", "Bridge_by_Sander_Klootwijk.jpg",
        "bd86b081f9975e2b83527f71e49b9271a8ab40885428395969d9f7d834d7f050",
    ),
    "leaves": _lomiri(
        "Bolly", "CC BY-SA 4.0", "Dragonfly_by_Bolly.jpg",
        "af5af17841009732def24b09bb1e669a1b09d2b4bdeee7812c371101c30d2bb3",
    ),
    "fig": _lomiri(
        "Trevor Freespace", "CC BY 4.0", "Picture_0B_by_freespace.jpg",
        "c8c0ab18e48d9e0419fe42881112137f3afafc27dfddc29ec3a6d54c56d225ad",
    ),
    "brushes": _lomiri(
        "Trevor Freespace", "CC BY 4.0", "Picture_1A_by_freespace.jpg",
        "89e86af38d04daaef975665dc2127e9fa76f0fd68f4eea105a2d0ae3390b010b",
    ),
    "wine": _lomiri(
        "Jakub Mede", "CC BY 4.0", "Wine_by_Jakkub_Mede.jpg",
        "d2e96e6d4da40dd804b3d0ce295e94de04a2d7d9b6785d42cd9d92ba58bced74",
    ),
    "meadow": _lomiri(
        "Aitzol Berasategi", "CC BY 4.0", "aitzgorri_by_Aitzol_Berasategi.jpg",
        "66268e7b48f8854d36a28765fac6e23ec1aee251daa6da1f64715f201020ad36",
    ),
    "wooden_bird": _lomiri(
        "Peter Nerlich", "CC BY-SA 4.0", "free_by_Peter_Nerlich.jpg",
        "85a5453c2fed514c75973016f3d862aca62eb7ca087618822469274ac1092373",
    ),
    "dogs": _lomiri(
        "Aitzol Berasategi", "CC BY 4.0", "friends_by_Aitzol_Berasategi.jpg",
        "cc40e313c74e421edffe3403def413c16878ce14661cce7ec5915baeab35538d",
    ),
    "clock": _lomiri(
        "Peter Nerlich", "CC BY-SA 4.0", "greentock_by_Peter_Nerlich.jpg",
        "e7b20e2db9dcd6e2b278ca55873c2110b35d89cd38b04d0b18728726888e6889",
    ),
    "brook": _lomiri(
        "Aitzol Berasategi", "CC BY 4.0", "life_by_Aitzol_Berasategi.jpg",
        "4c119350ead80201fe256850c3d316309ddfb4bdf10b235ce982dcde0c667c05",
    ),
    "mountains": _lomiri(
        "Aitzol Berasategi", "CC BY 4.0", "picosdeeuropa_by_Aitzol_Berasategi.jpg",
        "414d0072b2f6f2c555deafeaef6e45c4fed6fa9ad26eba6560ca8803959cf97a",
    ),
    "dandelions": _lomiri(
        "Clemens Engelhardt", "CC0", "seeding_by_Clements_Engelhardt.jpg",
        "a5634d1ab5e41a3568e92d4a894a500c92b891f9ff734e50bd224d6e185a605f",
    ),
    "sunset": _lomiri(
        "Aitzol Berasategi", "CC BY 4.0", "sunset_by_Aitzol_Berasategi.jpg",
        "474dab6a4b9f94dc76c29dfe30e9f5db4af0fd2e33fe5d695f8152b371efca18",
    ),
    "nuthatch": _lomiri(
        "Lukas Baubkus", "CC BY-SA 3.0", "Kleiber_by_Lukas_Baubkus.jpg",
        "6572410c09f4492c74ccadde133565a14c0161617d5917d4c820c66d65a44ba7", DEBIAN[1],
    ),
}  # fmt: skip
ALL = TRAIN | VALIDATION | HELD_OUT


def read(name):
    """A photograph of ``ALL`` in its own size: RGB float32 (H, W, 3) in [0, 1].

    Raises:
        SystemExit: if its file is missing or another one.
    """
    known = ALL[name]
    if known.file is None:
        return data.photo(name)
    path = FOLDER / Path(known.file).name
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != known.sha256:
        raise SystemExit(
            f"build/photographs/{path.name} is missing or another file: run python -m "
            "benchmarks.photographs, which takes it out of its package."
        )
    if path.suffix == ".dat":  # SciPy's own form
        pixels = np.frombuffer(bz2.decompress(path.read_bytes()), np.uint8)
        return as_floats(pixels.reshape(768, 1024, 3))
    return data.read(path)


def judged(name):
    """A photograph whose longer side has 512 pixels at most, float32 (H, W, 3)."""
    kept = FOLDER / f"{name}_{LONGER_SIDE}.png"  # of twenty megapixels, read once
    if kept.is_file():
        return data.read(kept)
    picture = as_bytes(read(name))
    factor = LONGER_SIDE / max(picture.shape[:2])
    if factor < 1:
        size = [round(factor * side) for side in picture.shape[1::-1]]
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    FOLDER.mkdir(parents=True, exist_ok=True)
    data.save(kept, as_floats(picture))
    return as_floats(picture)


def provenance(names):
    """One line a photograph: name, package, licence, author."""
    return [f"{name}: {ALL[name].package}; {ALL[name].licence}" for name in names]


def fetch():
    """Take the missing files out of their packages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for package in [*WHEELS, *DEBIAN]:
        wanted = {one.file for one in ALL.values() if one.file and one.package == package}
        if all((FOLDER / Path(file).name).is_file() for file in wanted):
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = _unpacked(package, Path(folder))
            for file in wanted:
                place = next(found.rglob(Path(file).name))
                shutil.copy(place, FOLDER / place.name)
    for name in ALL:
        read(name)


def _unpacked(package, folder):
    """The folder with the package's files."""
    if package in WHEELS:
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*pip, f"--dest={folder}", *WHEELS[package]], check=True)
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            wheel.extractall(folder)
        return folder
    archive = next(FOLDER.glob(f"{package}_*.deb"), None)
    if archive is None:
        subprocess.run(["apt-get", "download", package], check=True, cwd=folder)
        archive = next(folder.glob("*.deb"))
    subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)
    return folder


if __name__ == "__main__":
    words("benchmarks.photographs", __doc__, 0)
    fetch()
    for line in provenance(ALL):
        print(line)
