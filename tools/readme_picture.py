"""Draw the README's picture, docs/repair.jpg.

python -m tools.readme_picture
"""

from course_lib import classical, data, masks, metrics, plots
from tools.project import ROOT, words


def main():
    photograph = data.photo("astronaut")[:256, 96:352]
    scratches = masks.random_lines(1, 256, lines=(7, 7), thickness=(3, 5), seed=4)[0]
    damaged = masks.damage(photograph, scratches)
    repaired = classical.harmonic(damaged, scratches)
    quality = metrics.psnr(photograph, repaired, scratches)
    drawing = plots.figure(
        [damaged, scratches, repaired],
        titles=["damaged", "mask", f"harmonic fill: {quality:.1f} dB in the holes"],
    )
    _, content = plots.encode(drawing, photograph=True)
    (ROOT / "docs" / "repair.jpg").write_bytes(content)


if __name__ == "__main__":
    words("tools.readme_picture", __doc__, 0)
    main()
