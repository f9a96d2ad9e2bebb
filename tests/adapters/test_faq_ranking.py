"""What is said of held-out wordings in closed form is what learning without them gives."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.adapters.faq_ranking import ABSENT, HeldOut, Matrix, kernel, learn

ENTRIES = np.repeat(np.arange(5), 6)


@pytest.fixture
def likeness() -> Matrix:
    """That of thirty random vectors."""
    vectors = np.random.default_rng(7).normal(size=(30, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return kernel(vectors @ vectors.T, np.eye(30, dtype=np.float32))


def learnt_without(likeness: Matrix, hidden: NDArray[np.intp]) -> Matrix:
    """Learn from the rows that are not hidden, and score those that are."""
    rest = np.setdiff1d(np.arange(30), hidden)
    targets = np.eye(5, dtype=np.float32)[ENTRIES[rest]]
    weights = np.linalg.inv(likeness[np.ix_(rest, rest)] + 0.2 * np.eye(len(rest), dtype=np.float32)) @ targets
    scores: Matrix = likeness[np.ix_(hidden, rest)] @ weights
    return scores


def test_rows_that_are_learnt_from_score_their_own_entry_highest(likeness: Matrix) -> None:
    assert ((likeness @ learn(likeness.copy(), ENTRIES)).argmax(1) == ENTRIES).all()


def test_both_ways_to_learn_give_the_same_weights(likeness: Matrix) -> None:
    assert HeldOut(likeness.copy(), ENTRIES).weights == pytest.approx(learn(likeness.copy(), ENTRIES), abs=1e-4)


def test_each_row_scores_as_if_the_others_alone_had_been_learnt_from(likeness: Matrix) -> None:
    scores = HeldOut(likeness.copy(), ENTRIES).one_by_one()
    for row in range(30):
        assert scores[row] == pytest.approx(learnt_without(likeness, np.array([row]))[0], abs=1e-3)


def test_rows_together_score_as_if_none_of_them_had_been_learnt_from(likeness: Matrix) -> None:
    hidden = np.array([3, 4, 17])
    scores = HeldOut(likeness.copy(), ENTRIES).together(hidden)
    assert scores == pytest.approx(learnt_without(likeness, hidden), abs=1e-3)


def test_without_its_entry_a_row_scores_the_other_entries_only(likeness: Matrix) -> None:
    scores = HeldOut(likeness.copy(), ENTRIES).without_their_entries()
    own = np.arange(6)
    assert (scores[own, 0] == ABSENT).all()
    assert scores[own, 1:] == pytest.approx(learnt_without(likeness, own)[:, 1:], abs=1e-3)
