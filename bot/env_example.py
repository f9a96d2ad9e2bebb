"""Writes `.env.example` from the settings: `python -m bot.env_example > .env.example`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.settings import PREFIX, ROOT, Settings

_HEAD = """\
# Every setting, with its default and its meaning. To change some, copy this file to .env and take away the "#" before
# them. A variable of the environment wins over the same one in .env; paths are relative to where you start Madad.
"""


def env_example() -> str:
    """Return the text of the file."""
    return _HEAD + "".join(
        f"\n# {field.description}\n# {PREFIX}{name.upper()}={_written(field.get_default(call_default_factory=True))}\n"
        for name, field in Settings.model_fields.items()
    )


def _written(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, list):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (Path, str)):
        return str(value).removeprefix(f"{ROOT}/")
    return str(value)


if __name__ == "__main__":
    sys.stdout.write(env_example())
