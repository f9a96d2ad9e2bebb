"""Training the Rasa model from nothing."""

from __future__ import annotations

import subprocess
import tempfile
import time

from benchmarks.common import ENGINE_PYTHON, ROOT, report
from bot.settings import child_environment


def main() -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(ENGINE_PYTHON), "-m", "bot.engine", "train", "--force",
            "--config", "config.yml", "--domain", "domain.yml",
            "--data", "data/nlu", "data/rules.yml", "data/stories.yml", "--out", folder,
        ]  # fmt: skip
        names = ("MADAD_ACTION_URL", "MADAD_ENGINE_TOKEN", "MADAD_ENGINE_DATABASE_URL")
        began = time.perf_counter()
        subprocess.run(
            command, cwd=ROOT, env=child_environment(**dict.fromkeys(names, "-")), check=True, capture_output=True
        )
        seconds = time.perf_counter() - began
    report("training", "Training the Rasa model", [{"what": "seconds, start of Python included", "measured": seconds}])


if __name__ == "__main__":
    main()
