"""Passwords are kept as hashes that tell nothing."""

from __future__ import annotations

import pytest

from bot.adapters.passwords import Argon2Passwords
from bot.ports import PasswordHasher
from tests.fakes import FakePasswordHasher


@pytest.fixture(params=[Argon2Passwords, FakePasswordHasher])
def hasher(request: pytest.FixtureRequest) -> PasswordHasher:
    hasher: PasswordHasher = request.param()
    return hasher


@pytest.mark.parametrize("password", ["correct horse", "كلمة السر الطويلة", "पासवर्ड", "x" * 1000])
def test_only_the_password_itself_fits_its_hash(hasher: PasswordHasher, password: str) -> None:
    password_hash = hasher.hash(password)
    assert hasher.verify(password_hash, password)
    assert not hasher.verify(password_hash, password + " ")
    assert not hasher.verify(password_hash, "")


def test_the_hash_hides_the_password_and_differs_each_time() -> None:
    hasher = Argon2Passwords()
    one, two = hasher.hash("correct horse"), hasher.hash("correct horse")
    assert one != two
    assert "correct" not in one
    assert one.startswith("$argon2id$")


@pytest.mark.parametrize("password_hash", ["", "nonsense", "$argon2id$v=19$m=65536,t=3,p=4$broken"])
def test_a_hash_that_is_none_fits_nothing(password_hash: str) -> None:
    assert not Argon2Passwords().verify(password_hash, "correct horse")
