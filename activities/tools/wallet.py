"""Wallets in the chat: the balance, what moved it, and setting it to what the books say, on a yes."""

from __future__ import annotations

import re

from activities.tools.scene import PERSON, Scene, done
from activities.tools.wording import day
from care.models.dialogue import Outcome
from care.models.ledger import Entry
from care.models.money import Money
from care.rules.approved import REFUSALS
from care.rules.books import wallet_account
from care.rules.payment_matters import asks_for_movements, asks_to_move_wallet, says_wallet_is_wrong
from care.rules.spoken_money import money_in
from care.stores import Stores

_LISTED = 5
# Entries looked through for an amount that a customer names.
_LOOKED_THROUGH = 50
_KINDS = {"wallet_credit": "store credit", "top_up": "topped up"}
_REFUND = re.compile(r"REF\d+")
# What was told in the turn before, so that it is not told twice.
_EXPLAINED = "wallet_explained"


class WalletTools:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def serve(self, scene: Scene) -> Outcome:
        wallet = await self._stores.wallets.get(scene.customer_id)
        if wallet is None:
            return scene.reply("You have no wallet with us yet.", suggestions=[PERSON])
        truth = await self._booked(scene.customer_id, wallet.balance.currency)
        if truth != wallet.balance:
            return scene.propose(
                "resync_wallet",
                {"balance": truth.model_dump(mode="json")},
                f"Your wallet shows {wallet.balance}, but our books say {truth}. Shall I set it to {truth}?",
                target=scene.customer_id,
            )
        if asks_to_move_wallet(scene.text):
            return scene.reply(f"{REFUSALS['top_up']} It holds {truth}.", suggestions=[PERSON])
        return await self._agrees(scene, truth)

    async def carry_out(self, scene: Scene) -> Outcome:
        """Sets the wallet to what was agreed, as long as the books still say so. Safe to repeat. Raises Conflict."""
        agreed = Money.model_validate(scene.agreed.payload["balance"])
        await self._stores.wallets.resync(scene.customer_id, agreed=agreed)
        actions = [done("wallet_resynced", scene.customer_id)]
        return scene.reply(f"I have corrected it: your wallet now holds {agreed}.", actions=actions)

    async def _booked(self, customer_id: str, currency: str) -> Money:
        booked = await self._stores.ledger.balance(wallet_account(customer_id))
        return Money(amount=booked.get(currency, 0), currency=currency)

    async def _agrees(self, scene: Scene, truth: Money) -> Outcome:
        wrong = says_wallet_is_wrong(scene.text)
        if wrong and scene.state.action == _EXPLAINED:
            return scene.hand_over(f"Our books still say {truth}. A person has to look into what you miss.")
        text = f"Your wallet holds {truth}, and that agrees with every entry in our books."
        account = wallet_account(scene.customer_id)
        entries = await self._stores.ledger.latest(account, _LOOKED_THROUGH)
        claimed = money_in(scene.text, truth.currency)
        if wrong and claimed:
            text += f"\n{_found(entries, account, claimed[0], scene.context.timezone)}"
        elif (wrong or asks_for_movements(scene.text)) and entries:
            told = [_line(entry, account, scene.context.timezone) for entry in entries[:_LISTED]]
            text = "\n".join([text, "What moved it last:", *told])
        return scene.reply(text, suggestions=[PERSON], action=_EXPLAINED if wrong else None)


def _found(entries: list[Entry], account: str, claimed: Money, timezone: str) -> str:
    """What the books say of an amount that the customer names."""
    if claimed == Money.zero(claimed.currency):
        return "If something is missing, tell me how much and since when, or talk to a person."
    for entry in entries:
        if abs(_moved(entry, account)) == claimed.amount and entry.currency == claimed.currency:
            return f"I find {_line(entry, account, timezone)}"
    return f"I find no entry of {claimed}. If you paid it in elsewhere, a person can look into it."


def _line(entry: Entry, account: str, timezone: str) -> str:
    amount = Money(amount=_moved(entry, account), currency=entry.currency)
    sign = "+" if amount.amount > 0 else ""
    what = _KINDS.get(entry.kind, entry.kind.replace("_", " "))
    refund = _REFUND.search(entry.key)
    return f"{sign}{amount} on {day(entry.at, timezone)}: {what}{f' for {refund[0]}' if refund else ''}."


def _moved(entry: Entry, account: str) -> int:
    return sum(line.amount for line in entry.lines if line.account == account)
