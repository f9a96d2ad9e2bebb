"""The probability that the first entry is right, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest

from bot.adapters.faq_calibration import USUAL, Calibration, Trial, calibrate, cross_validate, features, figures
from bot.adapters.faq_ranking import ABSENT


@pytest.fixture
def trial() -> Trial:
    """Three thousand questions on twenty entries, the first entry right in as many of 100 as its score says."""
    random = np.random.default_rng(1)
    scores = random.uniform(0, 0.2, (3000, 20)).astype(np.float32)
    best = random.integers(20, size=3000)
    certain = random.uniform(0.3, 1, 3000).astype(np.float32)
    scores[np.arange(3000), best] = certain
    entries = np.where(random.uniform(size=3000) < certain, best, (best + 1) % 20)
    return Trial(scores, entries, np.ones(3000, np.bool_))


def test_features_are_the_score_and_the_lead_over_the_best_of_the_others() -> None:
    scores = np.array([[0.1, 0.9, 0.4], [ABSENT, 0.2, 0.3]], np.float32)
    assert features(scores, np.array([1, 1])) == pytest.approx(np.array([[0.9, 0.5], [0.2, -0.1]]))


def test_probabilities_come_true(trial: Trial) -> None:
    probability = cross_validate(trial)
    for low in (0.3, 0.5, 0.7, 0.9):
        chosen = (probability >= low) & (probability < low + 0.1)
        assert chosen.sum() > 100
        assert trial.right[chosen].mean() == pytest.approx(probability[chosen].mean(), abs=0.07)


def test_a_higher_score_is_never_less_probable(trial: Trial) -> None:
    assert (calibrate(trial).weights > 0).all()


def test_an_faq_of_few_entries_gets_the_usual_calibration(trial: Trial) -> None:
    assert calibrate(trial.part(trial.entries < 5)) is USUAL


def test_figures_count_answers_and_how_many_of_them_are_right() -> None:
    scores = np.array([[0.9, 0.0], [0.8, 0.1], [0.0, 0.7], [0.6, 0.5]], np.float32)
    trial = Trial(scores, np.array([0, 0, 0, 1]), np.array([True, True, True, False]))
    found = figures(trial, np.array([0.9, 0.2, 0.8, 0.9]), 0.5)
    assert found.coverage == pytest.approx(2 / 3)
    assert found.of_unanswered == 1
    assert found.precision == pytest.approx(1 / (2 + 1 / 9))


def test_a_probability_is_between_0_and_1_whatever_the_features() -> None:
    extreme = np.array([[50.0, 50.0], [-50.0, -50.0]], np.float32)
    probability = Calibration(np.array([5.0, 4.0], np.float32), -2.2).probability(extreme)
    assert probability == pytest.approx([1.0, 0.0], abs=1e-6)
