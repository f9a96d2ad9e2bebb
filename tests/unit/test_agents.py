"""Agents sign in, and stay signed in for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.agents import SESSION_LASTS, Agent, SignIn, SignInRefused
from bot.errors import MadadError
from tests.fake_stores import FakeAgents, FakeAttempts
from tests.fakes import NOON, FakePasswordHasher

PASSWORD = "correct horse battery"


class CountingHasher(FakePasswordHasher):
    """Counts how often it was made to work, because work is time."""

    def __init__(self) -> None:
        self.work = 0

    def hash(self, password: str) -> str:
        self.work += 1
        return f"hash of {password}"

    def verify(self, password_hash: str, password: str) -> bool:
        self.work += 1
        return password_hash == f"hash of {password}"


@pytest.fixture
def agents() -> FakeAgents:
    return FakeAgents()


@pytest.fixture
def sign_in(agents: FakeAgents) -> SignIn:
    return SignIn(agents, FakePasswordHasher(), FakeAttempts())


@pytest.fixture
async def sara(sign_in: SignIn) -> Agent:
    return await sign_in.add("sara@example.com", "Sara", PASSWORD)


async def fail(sign_in: SignIn, times: int, email: str = "sara@example.com", address: str = "192.0.2.1") -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused) as refused:
            await sign_in.open(email, "wrong", address, NOON)
        assert not refused.value.wait


async def is_told_to_wait(sign_in: SignIn, email: str = "sara@example.com", address: str = "192.0.2.1") -> bool:
    try:
        await sign_in.open(email, PASSWORD, address, NOON)
    except SignInRefused as refused:
        return refused.wait
    return False


@pytest.mark.parametrize("email", ["sara@example.com", " Sara@Example.com "])
async def test_the_right_password_opens_a_session(sign_in: SignIn, sara: Agent, email: str) -> None:
    agent, token = await sign_in.open(email, PASSWORD, "192.0.2.1", NOON)
    assert agent == sara
    assert await sign_in.agent(token, NOON) == sara


async def test_an_address_and_a_name_are_kept_without_blanks_and_the_address_in_lower_case(sign_in: SignIn) -> None:
    agent = await sign_in.add(" Omid@Example.COM ", " Omid ", PASSWORD)
    assert (agent.email, agent.name) == ("omid@example.com", "Omid")


async def test_every_session_has_its_own_token(sign_in: SignIn, sara: Agent) -> None:
    tokens = {(await sign_in.open(sara.email, PASSWORD, "192.0.2.1", NOON))[1] for _ in range(3)}
    assert len(tokens) == 3
    assert min(map(len, tokens)) >= 40


async def test_neither_passwords_nor_tokens_are_stored(sign_in: SignIn, sara: Agent, agents: FakeAgents) -> None:
    _, token = await sign_in.open(sara.email, PASSWORD, "192.0.2.1", NOON)
    assert token not in str(agents.sessions)
    assert agents.agents[sara.email][1] != PASSWORD


async def test_a_session_ends_by_itself(sign_in: SignIn, sara: Agent) -> None:
    _, token = await sign_in.open(sara.email, PASSWORD, "192.0.2.1", NOON)
    assert await sign_in.agent(token, NOON + SESSION_LASTS - timedelta(seconds=1)) == sara
    assert await sign_in.agent(token, NOON + SESSION_LASTS) is None


async def test_a_session_that_was_closed_is_over_and_the_others_are_not(sign_in: SignIn, sara: Agent) -> None:
    _, one = await sign_in.open(sara.email, PASSWORD, "192.0.2.1", NOON)
    _, other = await sign_in.open(sara.email, PASSWORD, "192.0.2.1", NOON)
    await sign_in.close(one)
    assert await sign_in.agent(one, NOON) is None
    assert await sign_in.agent(other, NOON) == sara


@pytest.mark.parametrize("token", ["", "made up", "0" * 43])
async def test_a_token_that_was_not_given_out_is_nobodys(sign_in: SignIn, sara: Agent, token: str) -> None:
    assert await sign_in.agent(token, NOON) is None
    await sign_in.close(token)


async def test_a_wrong_password_and_an_unknown_address_are_refused_alike(sign_in: SignIn, sara: Agent) -> None:
    refusals = []
    for email in (sara.email, "nobody@example.com"):
        with pytest.raises(SignInRefused) as refused:
            await sign_in.open(email, "wrong", "192.0.2.1", NOON)
        refusals.append((str(refused.value), refused.value.wait))
    assert refusals[0] == refusals[1]
    assert issubclass(SignInRefused, MadadError)


async def test_a_wrong_password_and_an_unknown_address_cost_the_same_work(agents: FakeAgents) -> None:
    hasher = CountingHasher()
    sign_in = SignIn(agents, hasher, FakeAttempts())
    await sign_in.add("sara@example.com", "Sara", PASSWORD)
    costs = []
    for email in ("sara@example.com", "nobody@example.com"):
        before = hasher.work
        await fail(sign_in, 1, email)
        costs.append(hasher.work - before)
    assert costs == [1, 1]


async def test_after_five_failures_even_the_right_password_has_to_wait(sign_in: SignIn, sara: Agent) -> None:
    await fail(sign_in, 4)
    assert not await is_told_to_wait(sign_in)
    await fail(sign_in, 1)
    assert await is_told_to_wait(sign_in)


async def test_the_limit_holds_for_an_agent_from_everywhere(sign_in: SignIn, sara: Agent) -> None:
    for n in range(5):
        await fail(sign_in, 1, address=f"192.0.2.{n}")
    assert await is_told_to_wait(sign_in, address="198.51.100.1")


async def test_the_limit_holds_for_an_address_over_all_agents(sign_in: SignIn, sara: Agent) -> None:
    for n in range(5):
        await fail(sign_in, 1, email=f"agent{n}@example.com")
    assert await is_told_to_wait(sign_in)
    assert not await is_told_to_wait(sign_in, address="198.51.100.1")


async def test_the_wait_is_over_after_a_minute(sign_in: SignIn, sara: Agent) -> None:
    await fail(sign_in, 5)
    agent, _ = await sign_in.open(sara.email, PASSWORD, "192.0.2.1", NOON + timedelta(seconds=61))
    assert agent == sara


async def test_signing_in_does_not_use_attempts_up(sign_in: SignIn, sara: Agent) -> None:
    for _ in range(10):
        await sign_in.open(sara.email, PASSWORD, "192.0.2.1", NOON)


async def test_adding_an_agent_again_resets_name_and_password_and_keeps_who_it_is(sign_in: SignIn, sara: Agent) -> None:
    again = await sign_in.add("SARA@example.com", "Sara H.", "another long password")
    assert again == Agent(sara.id, sara.email, "Sara H.")
    agent, _ = await sign_in.open(sara.email, "another long password", "192.0.2.1", NOON)
    assert agent == again
    await fail(sign_in, 1)


@pytest.mark.parametrize(
    ("email", "name", "password", "what"),
    [
        ("sara@example.com", "Sara", "too short", "10 characters"),
        ("sara@example.com", "Sara", "", "10 characters"),
        ("sara", "Sara", PASSWORD, "e-mail address"),
        ("", "Sara", PASSWORD, "e-mail address"),
        ("sara@example.com", "  ", PASSWORD, "a name"),
    ],
)
async def test_an_incomplete_agent_is_refused_with_the_reason(
    sign_in: SignIn, agents: FakeAgents, email: str, name: str, password: str, what: str
) -> None:
    with pytest.raises(ValueError, match=what):
        await sign_in.add(email, name, password)
    assert agents.agents == {}
