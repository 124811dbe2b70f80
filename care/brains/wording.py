"""A reply in the customer's language goes out only if it says what the tools said. Pure."""

from __future__ import annotations

from care.brains.protocols import Saying, Worded
from care.brains.reading import WordedAnswer
from care.errors import ModelTrouble
from care.rules.sentences import joined, sentences_of
from care.rules.truth import faults

# Approved words, which `care.rules.words` knows as answers.
_ANSWERS = {
    "es": {"Yes": "Sí", "No": "No"},
    "hi": {"Yes": "हाँ", "No": "नहीं"},
    "hi-Latn": {"Yes": "Haan", "No": "Nahi"},
}


def asked_of(saying: Saying) -> WordedAnswer:
    """What has to be put in other words: the reply by sentences, and the suggestions that are no yes or no."""
    known = _ANSWERS.get(saying.language, {})
    return WordedAnswer(
        sentences=sentences_of(saying.text), suggestions=[each for each in saying.suggestions if each not in known]
    )


def checked(saying: Saying, answer: WordedAnswer) -> Worded:
    """Each sentence is held against its own, so that no fact moves from one to another. Raises ModelTrouble."""
    asked = asked_of(saying)
    everything = "\n".join((saying.text, *saying.suggestions, *answer.sentences, *answer.suggestions)).casefold()
    names = [name for name in saying.names if name.casefold() in everything]
    if not all(_is_true(theirs, ours, names) for theirs, ours in zip(answer.sentences, asked.sentences, strict=True)):
        raise ModelTrouble("the wording does not say what the reply says", retryable=False)
    spoken = dict(_ANSWERS.get(saying.language, {}))
    for ours, theirs in zip(asked.suggestions, answer.suggestions, strict=False):
        # One that is not true stays in English: it is a button, and has to do what it says.
        spoken[ours] = theirs if _is_true(theirs, ours, names) else ours
    said = [sentence.strip() for sentence in answer.sentences]
    asking = [theirs for theirs, ours in zip(said, asked.sentences, strict=True) if ours and ours in saying.question]
    return Worded(
        text=joined(saying.text, said),
        suggestions=[spoken.get(each, each) for each in saying.suggestions],
        question=" ".join(asking),
    )


def _is_true(theirs: str, ours: str, names: list[str]) -> bool:
    return bool(theirs.strip()) == bool(ours.strip()) and not faults(theirs, ours, names)
