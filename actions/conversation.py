"""Actions about the conversation itself: its language, and the details that a form asks for."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction
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
_FORMS = {"order_number": "order_form", "serial_number": "warranty_form"}
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
    """Explains what a form asks for, to a customer who cannot find it or wrote something else.

    A number out of the blue opens the form that it is for: most likely the customer wants to know where that order is.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_explain_detail"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        given = next((kind for kind in (*_FORMS, "email", "phone") if entity(tracker, kind)), None)
        if tracker.active_loop_name or not given:
            return self._explain(dispatcher, tracker)
        if given in _FORMS:
            return [FollowupAction(_FORMS[given])]
        buttons = [("button_order", "/order_status"), ("button_warranty", "/warranty_status")]
        speak(dispatcher, self._services.responses, heard(tracker).language, [Say("affirm")], buttons)
        return []

    def _explain(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        explanation = _EXPLANATIONS.get(tracker.get_slot("requested_slot") or "", "order_number_help")
        human = [("button_human", "/request_human")]
        speak(dispatcher, self._services.responses, heard(tracker).language, [Say(explanation)], human)
        loop = tracker.active_loop_name
        # Rasa asks no form again that has rejected a message; begun anew, this one listens to the next message.
        return [ActiveLoop(loop), FollowupAction("action_listen")] if loop else []
