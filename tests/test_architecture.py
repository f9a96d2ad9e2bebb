"""Who may import whom, and what every module is held to. The rules are those of the design."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
LONGEST_MODULE = 350

# Modules and packages of `bot` that touch the outside world. Whatever is not named here belongs to the core.
RIM = {
    "__main__", "adapters", "bootstrap", "commands", "doctor", "engine", "engine_process", "env_example", "logs",
    "progress", "serving", "settings", "training", "up",
}  # fmt: skip
# What puts the product together: the services, the commands that need only a part of them, and the examination.
KNOW_ADAPTERS = ("bot/bootstrap.py", "bot/commands/", "bot/doctor.py")
READ_THE_ENVIRONMENT = {"bot/settings.py", "bot/engine/__main__.py"}
INPUT_AND_OUTPUT = {
    "ftplib", "http", "io", "mmap", "multiprocessing", "os", "pathlib", "shutil", "signal", "smtplib", "socket",
    "sqlite3", "ssl", "subprocess", "sys", "tempfile", "urllib",
}  # fmt: skip
NOT_IN_3_10 = {
    "asyncio": {"timeout", "timeout_at", "TaskGroup", "Runner"},
    "contextlib": {"chdir"},
    "datetime": {"UTC"},
    "enum": {"StrEnum", "verify"},
    "typing": {"Self", "Never", "LiteralString", "NotRequired", "Required", "assert_never", "override", "reveal_type"},
}


class Import(NamedTuple):
    """An import in a module: its full name, and whether only type checkers see it."""

    name: str
    for_types_only: bool

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]

    @property
    def part(self) -> str:
        """The part of `bot` that is imported."""
        return self.name.split(".")[1] if self.name.count(".") else "__init__"


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if "static" not in path.parts)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def part_of_bot(path: Path) -> str:
    return path.relative_to(ROOT / "bot").with_suffix("").parts[0]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imports(path: Path) -> Iterator[Import]:
    """Yield the imports of a module, also those inside functions."""
    whole = tree(path)
    blocks = [n for n in ast.walk(whole) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    for_types = {node for block in blocks for statement in block.body for node in ast.walk(statement)}
    for node in ast.walk(whole):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node in for_types)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{named(path)}: write imports out, from their package on"
            for alias in node.names:
                yield Import(f"{node.module}.{alias.name}", node in for_types)


def attributes(path: Path) -> set[str]:
    return {ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}


def is_core(found: Import) -> bool:
    return found.top == "bot" and found.part not in RIM


def is_standard(found: Import) -> bool:
    return found.top in sys.stdlib_module_names


def is_own(found: Import) -> bool:
    return found.top in ("bot", "actions", "connectors", "tests", "benchmarks")


CORE = [path for path in modules("bot") if part_of_bot(path) not in RIM]
AROUND = [path for path in modules("bot") if part_of_bot(path) in RIM]
ADAPTERS, ENGINE = modules("bot/adapters"), modules("bot/engine")
ACTIONS, CONNECTORS = modules("actions"), modules("connectors")
PRODUCT = modules("bot", "actions", "connectors")


def wrong_imports(paths: list[Path], allowed: Callable[[Import], bool]) -> dict[str, set[str]]:
    """Return, by module, the imports that are not allowed."""
    wrong = {named(path): {i.name for i in imports(path) if not allowed(i)} for path in paths}
    return {name: names for name, names in wrong.items() if names}


def test_the_walk_finds_the_code() -> None:
    names = {named(path) for path in CORE}
    assert {"bot/__init__.py", "bot/dialogue.py", "bot/text.py", "bot/ports.py"} <= names
    assert not {"bot/settings.py", "bot/engine/tokenizer.py", "bot/adapters/rasa.py"} & names
    assert all([ADAPTERS, ENGINE, ACTIONS, CONNECTORS])
    assert Import("bot.dialogue.Dialogue", False) in set(imports(ROOT / "bot" / "services.py"))
    assert Import("bot.orders.Order", True) in set(imports(ROOT / "bot" / "ports.py"))


def test_everything_that_is_called_rim_exists() -> None:
    assert {part for part in RIM if not list((ROOT / "bot").glob(f"{part}*"))} == set()


def test_the_core_imports_the_standard_library_and_itself() -> None:
    assert wrong_imports(CORE, lambda i: is_standard(i) or is_core(i) or i.for_types_only) == {}


def test_the_core_knows_nothing_around_it_even_by_type() -> None:
    assert wrong_imports(CORE, lambda i: is_core(i) or not is_own(i)) == {}


def test_the_core_does_no_input_or_output_and_does_not_look_at_the_clock() -> None:
    assert wrong_imports(CORE, lambda i: i.top not in INPUT_AND_OUTPUT) == {}
    forbidden = {"open", "print", "input", "datetime.now", "datetime.utcnow", "date.today", "time.time"}
    called = {
        named(path): {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
        for path in CORE
    }
    assert {name: calls & forbidden for name, calls in called.items() if calls & forbidden} == {}


def test_adapters_import_the_core_each_other_and_libraries_but_not_rasa() -> None:
    assert wrong_imports(ADAPTERS, lambda i: is_core(i) or i.part == "adapters" or not is_own(i)) == {}
    assert wrong_imports(ADAPTERS, lambda i: i.top not in ("rasa", "rasa_sdk")) == {}


def test_actions_import_the_core_the_sdk_and_the_web_server() -> None:
    libraries = ("actions", "rasa_sdk", "aiohttp")
    assert wrong_imports(ACTIONS, lambda i: is_standard(i) or is_core(i) or i.top in libraries) == {}


def test_connectors_import_the_core_each_other_and_what_speaks_to_their_channel() -> None:
    """They also read the settings that they are given, so they know their type."""
    libraries = ("connectors", "aiohttp", "telegram", "rich")

    def allowed(found: Import) -> bool:
        settings = found.name == "bot.settings.Settings" and found.for_types_only
        return settings or is_standard(found) or is_core(found) or found.top in libraries

    assert wrong_imports(CONNECTORS, allowed) == {}


def test_the_engine_imports_what_rasa_brings_and_what_it_shares_with_the_service() -> None:
    libraries = ("rasa", "sanic", "sqlalchemy", "jsonschema", "aiohttp", "numpy", "tokenizers")
    shared = ("text", "identifiers", "understanding", "engine")

    def allowed(found: Import) -> bool:
        return is_standard(found) or found.top in libraries or (found.top == "bot" and found.part in shared)

    assert wrong_imports(ENGINE, allowed) == {}


def test_few_know_adapters_and_nobody_knows_the_inside_of_the_engine() -> None:
    strangers = [path for path in PRODUCT if path not in ADAPTERS and not named(path).startswith(KNOW_ADAPTERS)]
    assert wrong_imports(strangers, lambda i: not i.name.startswith("bot.adapters")) == {}
    outside = [path for path in PRODUCT if path not in ENGINE]
    assert wrong_imports(outside, lambda i: not i.name.startswith("bot.engine.")) == {}


def test_only_the_settings_read_the_environment() -> None:
    names = {"os.environ", "os.environb", "os.getenv"}
    others = [path for path in PRODUCT if named(path) not in READ_THE_ENVIRONMENT]
    assert wrong_imports(others, lambda i: i.name not in names) == {}
    assert {named(path) for path in others if attributes(path) & names} == set()


def test_what_the_engine_may_load_keeps_to_python_3_10() -> None:
    newer = {f"{module}.{name}" for module, names in NOT_IN_3_10.items() for name in names} | {"tomllib"}
    shared = {*CORE, *ENGINE, *(path for path in PRODUCT if path.name == "__init__.py")}
    for path in shared:
        ast.parse(path.read_text("utf-8"), str(path), feature_version=(3, 10))
    assert {named(path) for path in shared if attributes(path) & newer} == set()
    assert wrong_imports(sorted(shared), lambda i: i.for_types_only or i.name not in newer) == {}


def test_every_module_says_in_a_sentence_what_it_is() -> None:
    docstrings = {named(path): ast.get_docstring(tree(path)) or "" for path in [*PRODUCT, *modules("tests")]}
    assert {name for name, docstring in docstrings.items() if "." not in docstring} == set()


def test_no_module_of_the_product_is_too_long() -> None:
    lengths = {named(path): len(path.read_text("utf-8").splitlines()) for path in PRODUCT}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}
