"""Five pictures of one PSNR: each is what its name says, and wrong by just as much."""

import numpy as np
import pytest

from course_lib import data
from course_lib.evaluation import equally_wrong

PICTURE = data.photo("coffee")[100:160, 200:271]


def test_all_five_are_wrong_by_the_same_squared_error():
    five = equally_wrong(PICTURE)
    true = five.pop("the truth")
    errors = [np.square(one - true).mean() for one in five.values()]
    np.testing.assert_allclose(errors, errors[0], rtol=1e-3)
    assert len(five) == 5 and errors[0] > 1e-5
    assert all(one.min() >= 0 and one.max() <= 1 for one in five.values())


def test_each_is_what_its_name_says():
    five = equally_wrong(PICTURE)
    true = five["the truth"]
    half = 0.25 + 0.5 * PICTURE.astype(float)
    np.testing.assert_allclose(true, half[:, :-1])
    np.testing.assert_allclose(five["moved 1 px"], half[:, 1:])
    light = five["more light"] - true
    assert np.ptp(light) < 1e-12 and light.min() > 0
    contrast = five["more contrast"]
    assert contrast.mean() == pytest.approx(true.mean()) and contrast.std() > true.std()
    assert np.corrcoef(contrast.ravel(), true.ravel())[0, 1] == pytest.approx(1)
    steps = [
        np.square(np.diff(five[name], axis=0)).mean() for name in ("blur", "the truth", "noise")
    ]
    assert steps == sorted(steps)
    noise = five["noise"] - true
    np.testing.assert_allclose(np.abs(noise), np.abs(noise).max())
    assert abs(np.sign(noise).mean()) < 0.05


def test_a_seed_repeats_the_noise_and_another_changes_it():
    one, same, other = (equally_wrong(PICTURE, seed=seed)["noise"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        (np.full((9, 9, 3), 0.5), "is the same"),
        (np.full((9, 1, 3), 0.5), "is the same"),
        (np.random.RandomState(0).random_sample((20, 20, 3)), "smoother"),
        (np.arange(400).reshape(20, 20, 1) % 2 * np.ones(3), "smoother"),
        (PICTURE[None], "batch"),
    ],
)
def test_pictures_that_cannot_be_spoilt_equally(picture, sentence):
    with pytest.raises(ValueError, match=sentence):
        equally_wrong(picture)
