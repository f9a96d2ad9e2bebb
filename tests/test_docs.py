"""What is written about the product, compared with the product."""

from __future__ import annotations

from bot.env_example import env_example
from bot.settings import ROOT, Settings


def test_the_example_of_settings_is_what_the_settings_say() -> None:
    assert (ROOT / ".env.example").read_text() == env_example(), "run python -m bot.env_example > .env.example"


def test_every_setting_has_a_meaning_and_a_place_in_the_example() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    for name, field in Settings.model_fields.items():
        assert field.description
        assert any(line.startswith(f"# MADAD_{name.upper()}=") for line in lines)


def test_the_example_mentions_no_folder_of_the_machine_that_it_was_written_on() -> None:
    assert str(ROOT) not in (ROOT / ".env.example").read_text()


def test_every_requirement_is_locked_and_says_why_it_is_there() -> None:
    for name in ("requirements", "requirements-dev", "requirements-engine"):
        lock = (ROOT / f"{name}.lock").read_text()
        for line in (ROOT / f"{name}.in").read_text().splitlines():
            requirement, _, reason = line.partition("#")
            if requirement.strip():
                package = requirement.strip().partition("[")[0].partition("=")[0].partition(">")[0].lower()
                assert f"\n{package.replace('.', '-')}==" in "\n" + lock
                assert reason.strip() or name == "requirements-engine"


def test_the_lock_files_name_no_place_to_fetch_from() -> None:
    for lock in ROOT.glob("*.lock"):
        assert "://" not in lock.read_text()
        assert "--" not in lock.read_text()
        assert "+cpu" not in lock.read_text()


def test_the_lock_files_want_nothing_for_graphics_cards() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "\ntorch==" in lock
    for word in ("nvidia", "cuda", "triton"):
        assert word not in lock


def test_the_makefile_explains_what_can_be_made() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in ("run", "test", "setup", "train", "lock", "check", "bench"):
        assert f"\n{target}:" in makefile
        assert "##" in next(line for line in makefile.splitlines() if line.startswith(f"{target}:"))
