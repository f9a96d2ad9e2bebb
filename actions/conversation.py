"""Actions about the conversation itself: its language, and the details that a form asks for."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.speech import entity, heard, speak
from bot.conversations import Say
from bot.language import LANGUAGES
from bot.services import Services

_EXPLANATIONS = {
    "order_number": "order_number_help",
    "warranty_number": "warranty_number_help",
    "contact": "contact_help",
}
NAMES = {"en": "English", "ar": "العربية", "hi": "हिन्दी", "ur": "اردو", "fa": "فارسی"}
"""What each language calls itself."""


class ActionChangeLanguage(Action):  # type: ignore[misc]
    """Goes on in the language that was asked for, or asks which one."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_change_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        language = entity(tracker, "language")
        if language in LANGUAGES:
            dispatcher.utter_message(json_message={"language": language, "response": "language_changed"})
            return []
        text = self._services.responses.text(Say("language_ask"), heard(tracker).language)
        buttons = [{"title": NAMES[code], "payload": f'/change_language{{"language": "{code}"}}'} for code in LANGUAGES]
        dispatcher.utter_message(text=text, buttons=buttons)
        return []


class ActionExplainDetail(Action):  # type: ignore[misc]
    """Explains what a form asks for, to a customer who cannot find it or wrote something else."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_explain_detail"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        said = heard(tracker)
        given = any(entity(tracker, name) for name in ("order_number", "serial_number", "email", "phone"))
        if given and not tracker.active_loop_name:
            # A number out of the blue: the customer most likely wants to know where that order is.
            buttons = [("button_order", "/order_status"), ("button_warranty", "/warranty_status")]
            speak(dispatcher, self._services.responses, said.language, [Say("affirm")], buttons)
            return []
        explanation = _EXPLANATIONS.get(tracker.get_slot("requested_slot") or "", "order_number_help")
        human = [("button_human", "/request_human")]
        speak(dispatcher, self._services.responses, said.language, [Say(explanation)], human)
        return []
