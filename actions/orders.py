"""Order status, for a customer who can prove that the order is theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.speech import YES_TO_A_PERSON, Heard, heard, speak
from bot.conversations import Say
from bot.orders import Lookup, Outcome, describe_order
from bot.services import Services

FORGET_NUMBERS = (SlotSet("order_number", None), SlotSet("warranty_number", None))
_FORGET_ALL = (*FORGET_NUMBERS, SlotSet("contact", None), SlotSet("proved_at", None))


class ActionOrderStatus(Action):  # type: ignore[misc]
    """Says where the order of the form is."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_order_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        said = heard(tracker)
        if expired(tracker, self._services):
            return ask_contact_again("order_form")
        lookup = await look_up(self._services, tracker.get_slot("order_number"), tracker.get_slot("contact"), said)
        if lookup.order is None:
            return refuse(dispatcher, self._services, said, lookup, "order_form")
        responses, now = self._services.responses, self._services.now()
        speak(
            dispatcher, responses, said.language,
            [*describe_order(lookup.order, now.date()), Say("order_another")],
            [("button_warranty", "/warranty_status"), ("button_human", "/request_human")],
        )  # fmt: skip
        return [SlotSet("order_number", None), SlotSet("warranty_number", lookup.order.number), *proved(tracker, now)]


async def look_up(services: Services, number: str, contact: str, said: Heard) -> Lookup:
    """Look an order up for the conversation of this turn."""
    conversation = await services.conversations.conversation(said.conversation)
    return await services.orders.look_up(number, contact, conversation, said.turn, services.now())


def expired(tracker: Tracker, services: Services) -> bool:
    """Say whether the contact was proved too long ago to go on with."""
    at = tracker.get_slot("proved_at")
    return bool(at) and datetime.fromtimestamp(at, services.now().tzinfo) < services.now() - services.proof_lasts


def proved(tracker: Tracker, now: datetime) -> list[EventType]:
    """Remember since when the contact is proved, and that an answer helped."""
    return [SlotSet("proved_at", tracker.get_slot("proved_at") or now.timestamp()), SlotSet("misses", 0)]


def ask_contact_again(form: str) -> list[EventType]:
    """Forget a proof that has run out; the form asks for it anew."""
    return [SlotSet("contact", None), SlotSet("proved_at", None), ActiveLoop(form)]


def refuse(
    dispatcher: CollectingDispatcher, services: Services, said: Heard, lookup: Lookup, form: str
) -> list[EventType]:
    """Say that nothing was matched, in the same words whatever did not match; after too many times, offer a person.

    Before that, the form begins again and asks for everything anew.
    """
    if lookup.outcome is Outcome.EXCEEDED:
        speak(dispatcher, services.responses, said.language, [Say("attempts_exceeded")], YES_TO_A_PERSON)
        return [*_FORGET_ALL, SlotSet("offer", "person")]
    speak(dispatcher, services.responses, said.language, [Say("not_matched")])
    return [*_FORGET_ALL, ActiveLoop(form)]
