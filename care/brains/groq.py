"""What Groq is asked: what a message means, and a reply in another language."""

from __future__ import annotations

from care.brains.hosted import Hosted, Question
from care.brains.prompts import prompt
from care.brains.protocols import Saying, Spent, Utterance, Worded
from care.brains.reading import UnderstoodAnswer, WordedAnswer, read_understood, read_worded
from care.brains.wording import asked_of, checked
from care.models.understanding import Understood

# The customer has an answer within five seconds, from the local model if need be: half of that for this, with the
# second try; what is left for the wording is in activities/graphs/conversation_nodes.py; the rest for the other steps.
UNDERSTANDING_SECONDS = 2.5
_HISTORY = 8
_UNDERSTOOD = UnderstoodAnswer.model_json_schema()
_WORDED = WordedAnswer.model_json_schema()


class GroqUnderstanding:
    """`seconds` for all of it, a second try included."""

    def __init__(self, hosted: Hosted, model: str, *, seconds: float = UNDERSTANDING_SECONDS) -> None:
        self._hosted = hosted
        self._model = model
        self._seconds = seconds
        self._prompt = prompt("understand").text

    async def understand(self, utterance: Utterance, spent: Spent | None = None) -> Understood:
        data = {
            "message": utterance.text,
            "history": utterance.history[-_HISTORY:],
            "asked": utterance.asked,
            "products": utterance.products,
        }
        question = Question("understood", _UNDERSTOOD, self._prompt, data)
        return await self._hosted.ask(
            question, lambda text: read_understood(text, utterance, self._model), self._seconds, spent
        )


class GroqWording:
    """Sends what our own code wrote, and nothing that the customer did."""

    def __init__(self, hosted: Hosted) -> None:
        self._hosted = hosted
        self._prompt = prompt("word").text

    async def word(self, saying: Saying, seconds: float, spent: Spent | None = None) -> Worded:
        asked = asked_of(saying)
        data = {"language": saying.language} | asked.model_dump()
        question = Question("worded", _WORDED, self._prompt, data)
        answer = await self._hosted.ask(question, lambda text: read_worded(text, len(asked.sentences)), seconds, spent)
        return checked(saying, answer)
