"""What is said where nothing is looked up: yes and no out of place, greetings, refusals, and asking back."""

from __future__ import annotations

from activities.tools.scene import PERSON, Scene
from care.models.dialogue import Outcome
from care.rules import phrases, words
from care.rules.approved import SENTENCES
from care.rules.dialogue import PATIENCE

_STARTERS = ["Where is my order?", "I want a refund", "Set up a subscription", PERSON]
ABILITIES = (
    "I can tell you where an order is, cancel it, or change its address, its items or how it is paid; have a lost "
    "parcel traced, or ask for it to be sent again; open a refund and tell you how it stands; set up, change or "
    "cancel a subscription, and skip, move or pause its deliveries; check a payment or your wallet; change your "
    "account; and answer questions about products. I change nothing before you have seen it and said yes."
)
_LOST = "I am sorry, I did not understand you."
_WHO = (
    "I am the shop's assistant, a computer program. I look things up and do what you agree to; "
    "a person can take over whenever you like."
)
_WHICH_HELP = (
    "Gladly. Is it about where an order is, its payment, cancelling it, changing its address, or something wrong with "
    "what came?"
)
_HELP = ["Where is my order?", "Something is wrong with what came", "Cancel my order", PERSON]


def declined(scene: Scene) -> Outcome:
    before = scene.state
    if before.waiting or before.parked:
        return scene.reply("All right, I have not done that.", intake=None, draft=None)
    dropped = before.pending or scene.reading.matter == "all_dropped"
    text = "All right, I have not done anything." if dropped else "All right."
    return scene.reply(f"{text} What else can I do for you?", intake=None, draft=None)


def nothing_pending(scene: Scene) -> Outcome:
    """A yes where none was asked for."""
    before = scene.state
    if before.choices:
        return _still_which(scene)
    if before.awaiting and before.asked:
        return scene.reply(
            f"I need a little more than a yes. {before.asked}", suggestions=before.offered, **scene.still_open
        )
    return scene.reply("There is nothing that waits for your yes. What would you like to do?", suggestions=_STARTERS)


def _still_which(scene: Scene) -> Outcome:
    """A question that is open stays open."""
    before = scene.state
    offered = [c.label if c.kind == "product" else c.id for c in before.choices]
    # A yes must not reach a proposal that is not shown again.
    kept = scene.still_open | {"pending": None}
    return scene.reply("Please say which one you mean.", suggestions=offered, **kept)


def ask_again(scene: Scene) -> Outcome:
    """A proposal stays open for one message that says neither yes nor no; a second in a row goes to a person."""
    pending = scene.state.pending
    if pending is None:
        return clarify(scene)
    if phrases.is_thinking(scene.text):
        kept = scene.still_open | {"failures": scene.state.failures}
        return scene.reply(f"Take your time. {pending.shown}", suggestions=["Yes", "No"], **kept)
    unclear = scene.reading.act == "ask_again" and not _is_known(scene.text)
    failures = scene.state.failures + unclear
    if unclear and failures >= PATIENCE:
        return scene.hand_over(f"{_LOST} I have not done this: {pending.shown.rstrip('?')}.", reason="not_understood")
    return scene.reply(
        f"I need a plain yes or no for this: {pending.shown}",
        suggestions=["Yes", "No"],
        **scene.still_open | {"failures": failures},
    )


def _is_known(text: str) -> bool:
    """Thanks, "ok" or a yes that came too early: no answer, but understood."""
    return phrases.is_thanks(text) or phrases.is_nodding(text) or words.answer_in(text) is not None


def refused(scene: Scene, sentence: str) -> Outcome:
    """An approved sentence; what was open before it stays open, and is shown again."""
    before = scene.state
    if before.pending:
        shown = f"{SENTENCES[sentence]}\n{before.pending.shown}"
        return scene.reply(shown, suggestions=["Yes", "No"], **scene.still_open)
    if before.awaiting and before.asked:
        return scene.reply(f"{SENTENCES[sentence]}\n{before.asked}", suggestions=before.offered, **scene.still_open)
    return scene.reply(SENTENCES[sentence], suggestions=_HELP, topic=before.topic)


def small_talk(scene: Scene) -> Outcome | None:
    said = scene.text
    if phrases.is_greeting(said):
        return scene.reply(f"Hello {scene.context.customer_name}! What can I do for you?", suggestions=_STARTERS)
    if phrases.asks_how_are_you(said):
        return scene.reply("I am fine, thank you. What can I do for you?", suggestions=_STARTERS)
    if phrases.asks_who(said):
        return scene.reply(_WHO, suggestions=_STARTERS)
    if phrases.is_thanks(said):
        return scene.reply("You are welcome. Is there anything else?")
    if phrases.is_farewell(said):
        return scene.reply("Goodbye! I am here whenever you need me.")
    if phrases.is_nodding(said):
        return scene.reply("All right. What else can I do for you?", suggestions=_STARTERS)
    if phrases.asks_for_abilities(said):
        return scene.reply(ABILITIES, suggestions=_STARTERS)
    if phrases.is_vague(said):
        return scene.reply(_WHICH_HELP, suggestions=_HELP)
    return None


def clarify(scene: Scene) -> Outcome:
    """Ask back; a person takes over when asking back has not helped."""
    failures = scene.state.failures + 1
    if scene.state.choices and words.means_other_one(scene.text):
        return _still_which(scene)
    if failures >= PATIENCE:
        return scene.hand_over(_LOST, reason="not_understood")
    asked = "" if scene.state.parked else " Is it about an order, a refund, a subscription or a payment?"
    return scene.reply(
        f"I am not sure that I understand.{asked}",
        suggestions=_STARTERS,
        failures=failures,
    )
