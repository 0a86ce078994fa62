"""The published showdown measured again, with the weights that are shipped."""

import json
import re

import numpy as np
import pytest

from benchmarks import showdown
from benchmarks.held_out import lossless_cifar10
from course_lib import classical, data, evaluation, masks, models

QUICK = ("mean", "navier_stokes")


@pytest.fixture
def published():
    return showdown.published()


@pytest.fixture
def facts():
    return json.loads(showdown.STORED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def gaussian():
    return classical.fit_gaussian(data.load("photos").train)


def assert_reproduced(published, pictures, masks_name, method, scores):
    row = published.set_index(["pictures", "masks", "method"]).loc[pictures, masks_name, method]
    assert row["psnr_hole_low"] <= scores["psnr_hole"] <= row["psnr_hole_high"]
    assert scores["psnr_hole"] == pytest.approx(row["psnr_hole"], abs=0.01)
    assert scores["mae_image"] == pytest.approx(row["mae_image"], abs=1e-4)
    assert scores["ssim_image"] == pytest.approx(row["ssim_image"], abs=1e-3)


@pytest.mark.parametrize("method", [*QUICK, *showdown.shipped()])
@pytest.mark.parametrize("masks_name", showdown.TWO_SETS)
def test_photos_give_the_published_figures_again(method, masks_name, published):
    images, _, sets = showdown.photos_part()
    inpainter = classical.METHODS[method] if method in QUICK else models.load_pretrained(method)
    scores = evaluation.evaluate(inpainter, images, sets[masks_name])
    assert_reproduced(published, "photos", masks_name, method, scores)


@pytest.mark.parametrize("masks_name", showdown.TWO_SETS)
def test_photos_give_the_gaussians_figures_again(masks_name, published, gaussian):
    images, _, sets = showdown.photos_part()
    scores = evaluation.evaluate(gaussian.fill, images, sets[masks_name])
    assert_reproduced(published, "photos", masks_name, "gaussian", scores)


@pytest.mark.parametrize("method", showdown.shipped())
def test_held_out_pictures_give_the_published_figures_again(method, published, facts):
    lossless = lossless_cifar10()
    if lossless is None:
        pytest.skip("CIFAR-10's lossless pictures are not at hand (set INPAINTING_LOSSLESS)")
    places = {mark: place for place, mark in enumerate(showdown.fingerprints(lossless))}
    images = lossless[[places[mark] for mark in re.findall(".{8}", facts["held_out"])]]
    lines = masks.random_lines(len(images), seed=2026)
    scores = evaluation.evaluate(models.load_pretrained(method), images / np.float32(255), lines)
    assert_reproduced(published, "held_out", "lines", method, scores)
