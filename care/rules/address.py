"""Reading a postal address from one line."""

from __future__ import annotations

import re

from care.models.customer import Address

_COUNTRIES = {
    "germany": "DE", "deutschland": "DE", "india": "IN", "spain": "ES", "españa": "ES", "france": "FR", "italy": "IT",
    "usa": "US", "united states": "US", "uk": "GB", "united kingdom": "GB", "austria": "AT", "switzerland": "CH",
    "netherlands": "NL", "belgium": "BE", "portugal": "PT", "ireland": "IE", "poland": "PL", "canada": "CA",
}  # fmt: skip
# No postcode is shorter: the 4 of "chips on Friday, from 4 December" is none.
_SHORTEST = 3
# "..., every month on the 10th", "tea monthly, from December 2026"
_NO_PLACE = re.compile(
    r"\?|\b(?:\d+(?:st|nd|rd|th)|every|each|months?|weeks?|days?|starting|from|until|till|january|february|march|april|june"
    r"|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=\w{3})[.!?;]\s+")  # but not in "St. Gallen"
_LONGEST = 7  # words of a postcode with its city
_LEAD = re.compile(r"^.*(?:\b(?:to|is|it'?s|meant|address)\b\s*:?|:)\s+(?=\S)", re.IGNORECASE | re.DOTALL)
_TAIL = re.compile(
    r"[\s,]+(?:from (?:now|today) on|instead|please|pls|thanks|thank you|(?:instead of|rather than|not) .*)[\s.!]*$",
    re.IGNORECASE,
)
# "13, not 3", "not 3 but 13", "13 instead of 3".
_SWAP = re.compile(
    r"\bnot (?:number )?(?P<old>[\w-]+),? (?:but|it'?s|it is) (?:number )?(?P<new>[\w-]+)"
    r"|(?P<new_>[\w-]+),? (?:and )?(?:not|instead of|rather than) (?:number )?(?P<old_>[\w-]+)",
    re.IGNORECASE,
)
_HOUSE = re.compile(r"\b(?:house )?(?:number|no\.?|nr\.?)(?: is| should be)? (\d+\s?[a-z]?)\b", re.IGNORECASE)
# "Sorry, Lindenweg 14, ...": said before an address, and no part of it.
_ASIDE = {
    "oops", "ups", "sorry", "no", "not", "actually", "wait", "hmm", "oh", "well", "yes", "ok", "okay", "please",
    "thanks", "hi", "hello", "sure",
}  # fmt: skip


def address_in(text: str, default_country: str | None) -> Address | None:
    """ "..., please send it to Lindenweg 4, 10969 Berlin, Germany"; None unless street, postcode and city are there.

    `default_country` (ISO 3166 alpha-2) stands in where none is written.
    """
    plain = _TAIL.sub("", _LEAD.sub("", text))
    parts = [p.strip(" .") for p in plain.replace("\n", ",").split(",")]
    parts = [p for p in parts if p and not set(p.casefold().split()) <= _ASIDE]
    if parts:
        parts[-1] = _SENTENCE.split(parts[-1])[0]
    country = _country(parts[-1]) if parts else None
    if country:
        parts.pop()
    country = country or default_country
    if len(parts) < 2 or country is None:
        return None
    code, city = _place(parts[-1])
    if not (code and city) and len(parts) > 2:
        # "Lindenweg 4, Berlin, 10969" names the postcode apart.
        code, city = _place(f"{parts[-2]} {parts[-1]}")
        parts = parts[:-1]
    street = ", ".join(_without_lead(parts[:-1]))
    if not city or not _SHORTEST <= len(code) <= 20:
        return None
    return Address(street=street[:200], city=city[:100], postcode=code, country=country)


def _without_lead(parts: list[str]) -> list[str]:
    """ "Another place, please: ...": words in small letters before a street that is written in capitals are none of
    it."""
    first = next((n for n, part in enumerate(parts) if any(c.isdigit() for c in part)), 0)
    capital = first and parts[first][0].isupper()
    return parts[first:] if capital and all(p[0].islower() and "/" not in p for p in parts[:first]) else parts


def corrected(shown: Address, text: str) -> Address | None:
    """The address with one word put right: "13, not 3", "the number is 13"; None where the words do not say which."""
    if (swap := _SWAP.search(text)) and (swap["new"] or swap["new_"]):
        old, new = swap["old"] or swap["old_"], swap["new"] or swap["new_"]
        for name in ("street", "postcode", "city"):
            value: str = getattr(shown, name)
            put = re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, value, flags=re.IGNORECASE)
            if put != value:
                return shown.model_copy(update={name: put})
    if number := _HOUSE.search(text):
        street = re.sub(r"\d+\s?[a-z]?$", number[1], shown.street, flags=re.IGNORECASE)
        return shown.model_copy(update={"street": street}) if street != shown.street else None
    return None


def _place(text: str) -> tuple[str, str]:
    """Postcode and city: "10969 Berlin", "Pune 411001", "London SW1A 1AA"; empty where there is none."""
    tokens = text.split()
    places = [n for n, t in enumerate(tokens) if any(c.isdigit() for c in t)]
    together = not places or places[-1] - places[0] < len(places)
    # "could you make it 4 instead of 1?" names no place: a postcode stands in one piece.
    if not together or len(tokens) > _LONGEST or _NO_PLACE.search(text):
        return "", ""
    code = [tokens[n] for n in places]
    return " ".join(code).upper(), " ".join(t for t in tokens if t not in code)


def _country(text: str) -> str | None:
    return _COUNTRIES.get(text.casefold()) or (text if re.fullmatch(r"[A-Z]{2}", text) else None)
