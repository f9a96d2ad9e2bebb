"""How well are intents understood? Cross-validation of the classifier that config.yml describes, language by language.

Run with `python -m benchmarks.nlu_cross_validation [--confusions N] [--examples]`; it goes on in the engine's own
environment. The features and the classifier are scikit-learn's, with the settings that Rasa gives them. Examples that
are nearly the same text stay in one fold, because a classifier that has seen one of them knows the other.
"""

# ruff: noqa: E402 (what is imported below is found in the engine's environment only)
from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ENGINE_PYTHON = str(ROOT / ".venv-engine" / "bin" / "python")
if importlib.util.find_spec("rasa") is None:
    os.execv(ENGINE_PYTHON, [ENGINE_PYTHON, "-W", "ignore", "-m", "benchmarks.nlu_cross_validation", *sys.argv[1:]])

import numpy as np
import yaml
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline

from bot.engine.questions import wordings
from bot.engine.tokenizer import NormalizingTokenizer
from bot.language import LANGUAGES
from bot.understanding import ASK_QUESTION

RESULT = ROOT / "benchmarks" / "results" / "nlu_cross_validation.json"
FOLDS = 5
NEARLY_THE_SAME = 0.8
"""Share of common trigrams from which on two texts are kept in one fold."""
_TOKENIZER = NormalizingTokenizer(NormalizingTokenizer.get_default_config())
_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\{[^}]*\}|\([^)]*\))")


class Example(NamedTuple):
    """A sentence of the training data."""

    language: str
    intent: str
    text: str
    words: str
    """What the classifier sees of it."""


def read_examples() -> list[Example]:
    """Return the examples of every language, as the engine's tokenizer leaves them."""
    found = []
    for language in LANGUAGES:
        content = yaml.safe_load((ROOT / "data" / "nlu" / f"{language}.yml").read_text("utf-8"))
        for block in filter(lambda block: "intent" in block, content["nlu"]):
            for line in block["examples"].splitlines():
                text = _ANNOTATION.sub(r"\1", line.removeprefix("- "))
                found.append(Example(language, block["intent"], text, _words(text)))
    return found


def read_questions() -> list[str]:
    """Return the FAQ's questions, which the engine learns from too, as the tokenizer leaves them."""
    files = sorted((ROOT / "data" / "faq").glob("*.yml"))
    return [_words(text) for file in files for text in wordings(yaml.safe_load(file.read_text("utf-8")))]


def _words(text: str) -> str:
    # Rasa's featurizer does the same with numbers.
    tokens = _TOKENIZER.tokenize(Message({TEXT: text}), TEXT)
    return " ".join(re.sub(r"\b[0-9]+\b", "__number__", token.text) for token in tokens)


def group(texts: list[str]) -> np.ndarray:
    """Return the number of each text's group: those reached from one another by nearly the same texts."""
    trigrams = CountVectorizer(analyzer="char_wb", ngram_range=(3, 3), binary=True, dtype=np.float32)
    found = trigrams.fit_transform(texts)
    common = (found @ found.T).tocoo()
    sizes = np.asarray(found.sum(axis=1)).ravel()
    union = sizes[common.row] + sizes[common.col] - common.data
    near = (common.data >= NEARLY_THE_SAME * union).astype(np.int8)
    common.data = near
    common.eliminate_zeros()
    return connected_components(common, directed=False)[1]


def build_classifier() -> Pipeline:
    """Return the featurizers and the classifier of config.yml as scikit-learn knows them."""
    steps = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    counts = [step for step in steps if step["name"] == "CountVectorsFeaturizer"]
    (regression,) = (step for step in steps if step["name"] == "LogisticRegressionClassifier")
    return make_pipeline(
        FeatureUnion([(str(place), _counter(step)) for place, step in enumerate(counts)]),
        LogisticRegression(
            class_weight="balanced", random_state=42, max_iter=regression.get("max_iter", 100),
            tol=regression.get("tol", 1e-4), solver=regression.get("solver", "lbfgs"),
        ),
    )  # fmt: skip


def _counter(step: dict[str, Any]) -> CountVectorizer:
    return CountVectorizer(
        analyzer=step.get("analyzer", "word"),
        token_pattern=r"(?u)\b\w+\b",
        ngram_range=(step.get("min_ngram", 1), step.get("max_ngram", 1)),
        min_df=step.get("min_df", 1),
        max_features=step.get("max_features"),
    )


def cross_validate(examples: list[Example]) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each example, the intent that a classifier gave it that had not seen it, and its confidence."""
    words = np.array([example.words for example in examples])
    intents = np.array([example.intent for example in examples])
    strata = [f"{example.language} {example.intent}" for example in examples]
    given, sure = np.empty_like(intents), np.zeros(len(examples))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    questions = read_questions()
    for known, unknown in folds.split(words, strata, group(list(words))):
        classifier = build_classifier().fit(
            [*words[known], *questions], [*intents[known], *[ASK_QUESTION] * len(questions)]
        )
        probabilities = classifier.predict_proba(words[unknown])
        given[unknown] = classifier.classes_[probabilities.argmax(axis=1)]
        sure[unknown] = probabilities.max(axis=1)
    return given, sure


def report(examples: list[Example], given: np.ndarray, confusions: int) -> dict[str, Any]:
    """Return macro-F1 and accuracy of each language and of all, and each language's most frequent confusions."""
    result: dict[str, Any] = {}
    for language in (*LANGUAGES, "all"):
        pairs = [
            (one.intent, intent)
            for one, intent in zip(examples, given, strict=False)
            if language in (one.language, "all")
        ]
        wrong = Counter(f"{right} as {taken}" for right, taken in pairs if right != taken)
        right, taken = zip(*pairs, strict=False)
        result[language] = {
            "examples": len(pairs),
            "macro_f1": round(float(f1_score(right, taken, average="macro")), 4),
            "accuracy": round(1 - sum(wrong.values()) / len(pairs), 4),
            "confusions": dict(wrong.most_common(confusions)),
        }
    return result


def main() -> None:
    """Print the figures as a table, and write them as JSON when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--confusions", type=int, default=8, help="how many confusions to show for each language")
    parser.add_argument("--examples", action="store_true", help="show every misunderstood example")
    options = parser.parse_args()
    examples = read_examples()
    began = time.perf_counter()
    given, sure = cross_validate(examples)
    figures = report(examples, given, options.confusions)
    print(f"{'':>4} {'examples':>9} {'macro F1':>9} {'accuracy':>9}   ({time.perf_counter() - began:.0f} s)")
    for language, figure in figures.items():
        print(f"{language:>4} {figure['examples']:>9} {figure['macro_f1']:>9.3f} {figure['accuracy']:>9.3f}")
    for language, figure in figures.items():
        print(f"\n{language}: " + "; ".join(f"{count} {pair}" for pair, count in figure["confusions"].items()))
    if options.examples:
        for one, intent, confidence in zip(examples, given, sure, strict=False):
            if one.intent != intent:
                print(f"{one.language}\t{one.intent}\t{intent}\t{confidence:.2f}\t{one.text}")
    RESULT.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
