"""Answers to questions, and what to do when there is none or it did not help."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.speech import YES_TO_A_PERSON, Heard, entity, heard, speak
from bot.conversations import Say
from bot.errors import NotFound
from bot.faq import Candidate, Verdict
from bot.services import Services

_OFFERED_QUESTIONS = 3
_MISSES_BEFORE_A_PERSON = 2


class ActionAnswerFaq(Action):  # type: ignore[misc]
    """Answers with the nearest FAQ entry; asks which one when it is not sure; says so when it does not know."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_answer_faq"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        said, chosen = heard(tracker), entity(tracker, "faq_id")
        if chosen:
            return self._answer(dispatcher, said, chosen)
        candidates = [Candidate(id, probability) for id, probability in said.candidates]
        match self._services.faq.thresholds.verdict(candidates):
            case Verdict.ANSWER:
                return self._answer(dispatcher, said, candidates[0].id)
            case Verdict.ASK:
                self._offer(dispatcher, said, "faq_did_you_mean", ("button_none_of_these", "/not_helpful"))
                return [SlotSet("offer", None)]
            case Verdict.UNKNOWN:
                return await self._unknown(dispatcher, tracker, said)

    def _answer(self, dispatcher: CollectingDispatcher, said: Heard, entry: str) -> list[EventType]:
        responses = self._services.responses
        try:
            answer = self._services.faq.text(entry, said.language).answer
        except NotFound:
            speak(dispatcher, responses, said.language, [Say("faq_retired")])
            return []
        helped = (("button_helped", "/helped"), ("button_not_helped", "/not_helpful"))
        buttons = [
            {"title": responses.text(Say(title), said.language), "payload": payload} for title, payload in helped
        ]
        question = responses.text(Say("faq_helpful"), said.language)
        answer = responses.isolated(answer, said.language)
        dispatcher.utter_message(text=f"{answer}\n\n{question}", buttons=buttons)
        return [SlotSet("offer", None)]

    def _offer(self, dispatcher: CollectingDispatcher, said: Heard, key: str, last: tuple[str, str]) -> None:
        faq, responses = self._services.faq, self._services.responses
        known = [id for id, _ in said.candidates[:_OFFERED_QUESTIONS] if id in faq.entries]
        buttons = [
            {"title": faq.text(id, said.language).question, "payload": f'/ask_question{{"faq_id": "{id}"}}'}
            for id in known
        ]
        buttons.append({"title": responses.text(Say(last[0]), said.language), "payload": last[1]})
        dispatcher.utter_message(text=responses.text(Say(key), said.language), buttons=buttons)

    async def _unknown(self, dispatcher: CollectingDispatcher, tracker: Tracker, said: Heard) -> list[EventType]:
        services = self._services
        await services.questions.record(said.conversation, said.turn, said.text, said.language, services.now())
        misses = (tracker.get_slot("misses") or 0) + 1
        if misses >= _MISSES_BEFORE_A_PERSON:
            speak(dispatcher, services.responses, said.language, [Say("faq_unknown_offer")], YES_TO_A_PERSON)
            return [SlotSet("misses", 0), SlotSet("offer", "person")]
        self._offer(dispatcher, said, "faq_unknown", ("button_human", "/request_human"))
        return [SlotSet("misses", misses), SlotSet("offer", None)]


class ActionNotHelpful(Action):  # type: ignore[misc]
    """Is sorry that an answer did not help; the second time in a row, offers a person."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_not_helpful"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        said = heard(tracker)
        misses = (tracker.get_slot("misses") or 0) + 1
        if misses >= _MISSES_BEFORE_A_PERSON:
            speak(dispatcher, self._services.responses, said.language, [Say("not_helpful_offer")], YES_TO_A_PERSON)
            return [SlotSet("misses", 0), SlotSet("offer", "person")]
        human = [("button_human", "/request_human")]
        speak(dispatcher, self._services.responses, said.language, [Say("not_helpful")], human)
        return [SlotSet("misses", misses), SlotSet("offer", None)]
