"""`scripts/setup`, with a program of ours in uv's place that writes down how it was called."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.settings import ROOT

UV = """#!/bin/sh
echo "$@ find-links=$UV_FIND_LINKS timeout=$UV_HTTP_TIMEOUT certificate=$SSL_CERT_FILE" >> "{calls}"
case "$1 $2" in
  "cache dir") echo /tmp ;;
  "venv --quiet")
    [ -z "$NO_PYTHON" ] || exit 2
    for folder; do :; done
    rm -rf "$folder"; mkdir -p "$folder/bin"
    printf '#!/bin/sh\\necho %s.9\\n' "$5" > "$folder/bin/python"; chmod +x "$folder/bin/python" ;;
  "pip install")
    echo " + some-package==1.0" >&2
    echo "   Building another-package==2.0" >&2
    echo "error: no network" >&2
    exit ${{INSTALL_FAILS:-0}} ;;
esac
"""
Setup = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the script, the requirements, and a uv on the PATH."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "setup").write_text((ROOT / "scripts" / "setup").read_text())
    for name in ("requirements", "requirements-dev", "requirements-engine"):
        (tmp_path / f"{name}.in").write_text("package\n")
        (tmp_path / f"{name}.lock").write_text("package==1.0\n")
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(UV.format(calls=tmp_path / "calls"))
    uv.chmod(0o755)
    return tmp_path


@pytest.fixture
def setup(project: Path) -> Setup:
    """Run the script, with nothing of this machine's own settings for pip and uv."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_", "SSL_"))}

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        (project / "calls").write_text("")
        everything = {**kept, "PATH": f"{project}/bin:{os.environ['PATH']}", **environment}
        command = [sys.executable, "scripts/setup", *arguments]
        return subprocess.run(command, cwd=project, env=everything, capture_output=True, text=True, timeout=30)

    return run


def calls(project: Path, first: str) -> list[str]:
    """Return how uv was called with these first words."""
    return [line for line in (project / "calls").read_text().splitlines() if line.startswith(first)]


def test_both_environments_are_made_once(project: Path, setup: Setup) -> None:
    done = setup()
    assert done.returncode == 0, done.stderr
    assert len(calls(project, "venv")) == 2
    assert len(calls(project, "pip install")) == 2
    assert "-package" not in done.stdout, "hundreds of packages are not worth a line each"
    assert (setup().stdout, calls(project, "")) == ("", [])


def test_a_changed_lock_file_brings_its_environment_up_to_date_and_leaves_the_other(
    project: Path, setup: Setup
) -> None:
    setup()
    (project / "requirements-engine.lock").write_text("package==2.0\n")
    setup()
    (call,) = calls(project, "pip install")
    assert "requirements-engine.in" in call
    assert "--constraint" in call
    assert calls(project, "venv") == []


def test_the_tools_are_installed_only_when_asked_for(project: Path, setup: Setup) -> None:
    setup()
    setup("--dev")
    (call,) = calls(project, "pip install")
    assert "requirements-dev.in" in call


def test_a_failure_is_explained_and_the_next_run_makes_the_environment_anew(project: Path, setup: Setup) -> None:
    done = setup(INSTALL_FAILS="1")
    assert done.returncode == 1
    assert "error: no network" in done.stdout
    assert "run `make setup` again" in done.stderr
    assert "Traceback" not in done.stderr
    assert setup().returncode == 0
    assert len(calls(project, "venv")) == 2


def test_an_interpreter_that_no_longer_runs_is_replaced(project: Path, setup: Setup) -> None:
    setup()
    (project / ".venv" / "bin" / "python").unlink()
    setup()
    (call,) = calls(project, "venv")
    assert call.split()[5].endswith(".venv")


def test_a_missing_python_is_named_with_what_to_do(project: Path, setup: Setup) -> None:
    done = setup(NO_PYTHON="1")
    assert done.returncode == 1
    assert "needs Python 3.11" in done.stderr
    assert "apt-get install python3.11" in done.stderr


def test_the_build_of_pytorch_for_the_cpu_is_asked_for(project: Path, setup: Setup) -> None:
    setup()
    service, engine = calls(project, "pip install")
    assert "--torch-backend=cpu" in service
    assert "--torch-backend" not in engine


def test_what_pip_is_told_is_told_to_uv(project: Path, setup: Setup) -> None:
    setup(PIP_FIND_LINKS="/a /b", PIP_DEFAULT_TIMEOUT="77", PIP_CERT="/my.pem")
    service = calls(project, "pip install")[0]
    assert "--torch-backend" not in service
    assert "find-links=/a,/b timeout=77 certificate=/my.pem" in service


def test_what_uv_is_told_itself_is_respected(project: Path, setup: Setup) -> None:
    setup(PIP_DEFAULT_TIMEOUT="77", UV_HTTP_TIMEOUT="5")
    assert "timeout=5 " in calls(project, "pip install")[0]


def test_a_full_disk_is_noticed_before_anything_is_installed(project: Path, setup: Setup) -> None:
    script = project / "scripts" / "setup"
    script.write_text(script.read_text().replace('"requirements", 1.8)', '"requirements", 1e9)'))
    done = setup()
    assert done.returncode == 1
    assert "GB are free" in done.stderr
    assert calls(project, "") == []
