"""Approved wording: what is said where something is refused, limited, or a person's. Each says what is possible."""

from __future__ import annotations

from typing import Literal

# What the machine does not do. It stays in the conversation.
Refusal = Literal[
    "discount", "price", "promise", "decision", "outside_policy", "other_account", "other_customer",
    "for_somebody_else", "authority", "instructions", "setup", "faster", "opinion", "advice", "top_up",
]  # fmt: skip
# What a person has to see to: the conversation is passed on.
Beyond = Literal["legal", "injury", "fraud", "press", "data", "business", "invoice", "staff", "jobs", "angry", "long"]
Approved = Refusal | Beyond

REFUSALS: dict[Refusal, str] = {
    "discount": (
        "I cannot give discounts, vouchers or anything for free, whatever the reason. If something went wrong with an "
        "order, I gladly open a request for it."
    ),
    "price": (
        "I cannot change a price: what the catalogue says is what it costs. I can tell you what is in stock and what "
        "each thing costs."
    ),
    "promise": (
        "I cannot see or keep what was promised elsewhere; here our refund policy counts, for everybody alike. "
        "What it allows I can ask for."
    ),
    "decision": (
        "I cannot approve a refund or promise how it is decided. I can open the request and tell you how it stands; "
        "the decision follows."
    ),
    "outside_policy": (
        "I cannot go around our refund policy, in one case as little as in another. If you tell me the order and what "
        "is wrong, I see what the policy allows."
    ),
    "other_account": (
        "A refund goes back the way you paid, or to your wallet as store credit; I cannot send it anywhere else."
    ),
    "other_customer": (
        "I can only see the account that is signed in here, and I cannot tell or change anything of anybody else's. "
        "About your own orders I am glad to help."
    ),
    "for_somebody_else": (
        "I can only act for the account that is signed in here. The person whose order it is can ask with their own "
        "account."
    ),
    "authority": (
        "In this chat every request counts as the customer's own, whoever writes it, and I follow the same rules each "
        "time. I am glad to help with what this account may do."
    ),
    "instructions": (
        "That is nothing that I can do here. I can help with orders, deliveries, refunds, subscriptions, payments and "
        "your account: what can I do for you?"
    ),
    "setup": (
        "I am CARE, the shop's assistant. How I am set up is nothing that I can show. I can help with orders, "
        "deliveries, refunds, subscriptions, payments and your account."
    ),
    "faster": (
        "I cannot make a parcel travel faster or promise an hour. I can tell you where it is, and help if it is late."
    ),
    "opinion": (
        "I have no opinions and recommend nothing. I can tell you what the catalogue says: what there is, what it "
        "costs and whether it is in stock."
    ),
    "advice": (
        "I cannot give medical, legal or financial advice. I can tell you what the catalogue says about a product; "
        "for anything beyond please ask somebody who knows your case."
    ),
    "top_up": (
        "Topping up a wallet, paying it out or passing it on is nothing that I can do here. I can tell you the balance "
        "and what moved it."
    ),
}
BEYOND: dict[Beyond, str] = {
    "legal": "This is a matter for a person with us, not for an assistant.",
    "injury": "I am sorry to hear that. If you are unwell, please see a doctor; a person with us will look into this.",
    "fraud": (
        "A person has to look into this. If somebody may have your password or your card, please tell your bank and "
        "change the password."
    ),
    "press": "Questions from the press are answered by a person.",
    "data": "What we keep about you, and having it deleted or handed out, is seen to by a person.",
    "business": "Orders in bulk and business with us are agreed with a person.",
    "invoice": "I cannot write invoices or answer questions of tax; a person can.",
    "staff": "I am sorry about that. A complaint about somebody who works for us is read by a person.",
    "jobs": "Applications are read by a person.",
    "long": "We have written for a long time now; with a person you may get there sooner.",
    "angry": "I am sorry that this has been so frustrating. You should have a person to talk to now.",
}
# By name, as a reading carries it.
SENTENCES: dict[str, str] = dict((*REFUSALS.items(), *BEYOND.items()))
