"""Warranty status, by order number or serial number, for a customer who can prove that the order is theirs."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.orders import FORGET_NUMBERS, ask_contact_again, expired, look_up, proved, refuse
from actions.speech import heard, speak
from bot.conversations import Say
from bot.services import Services
from bot.warranty import describe_warranty


class ActionWarrantyStatus(Action):  # type: ignore[misc]
    """Says for each device of the order, or for the one with the serial number, whether it is covered."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_warranty_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        said, number = heard(tracker), tracker.get_slot("warranty_number")
        if expired(tracker, self._services):
            return ask_contact_again("warranty_form")
        lookup = await look_up(self._services, number, tracker.get_slot("contact"), said)
        if lookup.order is None:
            return refuse(dispatcher, self._services, said, lookup, "warranty_form")
        responses, now = self._services.responses, self._services.now()
        human = [("button_human", "/request_human")]
        devices = [device for device in lookup.order.devices if number in (lookup.order.number, device.serial)]
        for device in devices:
            speak(
                dispatcher, responses, said.language,
                describe_warranty(device.product, device.serial, device.warranties, now.date()),
                human if device is devices[-1] else (),
            )  # fmt: skip
        if not devices:
            speak(dispatcher, responses, said.language, [Say("warranty_no_devices", {"number": number})], human)
        return [*FORGET_NUMBERS, *proved(tracker, now)]
