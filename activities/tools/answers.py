"""Questions about products and the account, small talk, refusals, and the way to a person."""

from __future__ import annotations

from activities.tools.account import AccountTools
from activities.tools.products import ProductTools
from activities.tools.scene import Scene
from activities.tools.small_talk import ask_again, clarify, declined, nothing_pending, refused, small_talk
from care.models.dialogue import Outcome
from care.models.understanding import Intent
from care.rules.approved import SENTENCES
from care.rules.dialogue import is_unread
from care.rules.other_languages import passed_on
from care.stores import Stores


class AnswerTools:
    def __init__(self, stores: Stores) -> None:
        self._account = AccountTools(stores)
        self._products = ProductTools(stores)

    async def serve(self, scene: Scene) -> Outcome:
        reading = scene.reading
        if is_unread(scene.understood) and reading.act == "serve":
            return scene.hand_over(reason="language", said=passed_on(scene.understood.language))
        match reading.act:
            case "confirm":
                return await self._account.carry_out(scene)
            case "decline":
                return declined(scene)
            case "ask_again":
                return ask_again(scene)
            case "nothing_pending":
                return nothing_pending(scene)
        match reading.intent:
            case Intent.PRODUCT_QUESTION:
                return await self._products.serve(scene)
            case Intent.ACCOUNT:
                return await self._account.serve(scene)
            case _ if reading.approved:
                return refused(scene, reading.approved)
            case _:
                return small_talk(scene) or clarify(scene)


class HandoffTools:
    async def serve(self, scene: Scene) -> Outcome:
        reading = scene.reading
        # Where a person was asked for, what else was said stands before this already.
        why = SENTENCES[reading.approved] if reading.approved and reading.handoff else ""
        return scene.hand_over(why, reason=reading.handoff or "asked")
