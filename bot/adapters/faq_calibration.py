"""How probable it is that an entry is the right one, learnt from what would be found for wordings not seen before.

Two questions are made of every wording: one that the FAQ answers (the wording itself is held out), and one that it does
not (all wordings of its entry are held out, and whatever comes first is wrong). The second kind is the hardest of
its kind, because a neighbouring topic is always there; it is weighted as one question in ten.

The probability is a logistic regression of the best entry's score and of its lead over the next. The similarities of
meaning and of writing, their leads, the agreement of the two, the languages and the length of the text were tried as
well: beside the score, which is made of them, they add nothing, or a weight of the wrong sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.adapters.faq_ranking import ABSENT, HeldOut, Matrix

UNANSWERED = 0.1
"""The share of questions that are taken to have no entry, though an entry is near."""
FEWEST_ENTRIES = 10
_FOLDS = 10


@dataclass(frozen=True)
class Calibration:
    """A logistic regression over `features`."""

    weights: Matrix
    intercept: float

    def probability(self, columns: Matrix) -> Matrix:
        """Return the probability for each row of features."""
        # Cut where it is 0 or 1 to every digit, because the exponential of more would not be a number.
        certainty = np.clip(columns @ self.weights + self.intercept, -30, 30)
        probability: Matrix = 1 / (1 + np.exp(-certainty))
        return probability


USUAL = Calibration(np.array([5.0, 4.0], np.float32), -2.2)
"""For an FAQ too small to learn one from: what came out for the one that ships with the project, rounded."""


def features(scores: Matrix, chosen: NDArray[np.intp]) -> Matrix:
    """Return (score, lead over the best of the other entries) of the `chosen` entry of each row of scores."""
    own = np.take_along_axis(scores, chosen[:, None], 1)[:, 0]
    others = scores.copy()
    np.put_along_axis(others, chosen[:, None], ABSENT, 1)
    return np.column_stack([own, own - others.max(1)]).astype(np.float32)


@dataclass(frozen=True)
class Trial:
    """Questions made of wordings, and what was found for them."""

    scores: Matrix
    entries: NDArray[np.int64]
    """The entry of the wording that each question was made of."""
    answered: NDArray[np.bool_]
    """Whether that entry was there to be found."""

    @property
    def best(self) -> NDArray[np.intp]:
        """The entry that is found for each question."""
        best: NDArray[np.intp] = self.scores.argmax(1)
        return best

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether it is the right one."""
        right: NDArray[np.bool_] = (self.best == self.entries) & self.answered
        return right

    @property
    def weights(self) -> Matrix:
        """How much each question counts."""
        return np.where(self.answered, 1.0, UNANSWERED / (1 - UNANSWERED)).astype(np.float32)

    def part(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Trial:
        """Return some of the questions."""
        return Trial(self.scores[chosen], self.entries[chosen], self.answered[chosen])


def try_out(held_out: HeldOut, entries: NDArray[np.int64]) -> Trial:
    """Ask every wording as a question that the FAQ answers, and as one that it does not."""
    scores = np.concatenate([held_out.one_by_one(), held_out.without_their_entries()])
    return Trial(scores, np.tile(entries, 2), np.repeat([True, False], len(entries)))


def calibrate(trial: Trial) -> Calibration:
    """Fit the probability of being right to a trial."""
    if len(np.unique(trial.entries)) < FEWEST_ENTRIES:
        return USUAL
    from sklearn.linear_model import LogisticRegression

    # C is high because two features and thousands of questions leave nothing to be held back.
    model = LogisticRegression(C=100.0)
    model.fit(features(trial.scores, trial.best), trial.right, sample_weight=trial.weights)
    return Calibration(model.coef_[0].astype(np.float32), float(model.intercept_[0]))


def cross_validate(trial: Trial) -> Matrix:
    """Return the probability for each question, each by a calibration that has seen nothing of its entry."""
    from sklearn.model_selection import GroupKFold

    probability = np.zeros(len(trial.entries), np.float32)
    for known, new in GroupKFold(_FOLDS).split(trial.scores, groups=trial.entries):
        part = trial.part(new)
        probability[new] = calibrate(trial.part(known)).probability(features(part.scores, part.best))
    return probability


@dataclass(frozen=True)
class Figures:
    """What comes of answering from some probability on."""

    coverage: float
    """The share of the questions with an entry that are answered."""
    precision: float
    """The share of the answers that are right."""
    of_unanswered: float
    """The share of the questions without an entry that are answered all the same."""


def figures(trial: Trial, probability: Sequence[float] | Matrix, threshold: float) -> Figures:
    """Return what comes of answering from `threshold` on."""
    chosen = np.asarray(probability) >= threshold
    weight = trial.weights * chosen
    return Figures(
        coverage=float(chosen[trial.answered].mean()),
        precision=float((weight * trial.right).sum() / max(float(weight.sum()), 1e-9)),
        of_unanswered=float(chosen[~trial.answered].mean()),
    )
