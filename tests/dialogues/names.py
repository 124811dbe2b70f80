"""What a dialogue calls ORD001 has another id in the shop, where every dialogue has things of its own."""

from __future__ import annotations

import re


class Names:
    def __init__(self) -> None:
        self._real: dict[str, str] = {}

    def bind(self, name: str, real: str) -> str:
        self._real[name] = real
        return real

    def __contains__(self, name: str) -> bool:
        return name in self._real

    def real(self, name: str) -> str:
        """The id behind a name; what has no name is meant as it is written."""
        return self._real.get(name, name)

    def is_called(self, real: str) -> bool:
        return real in self._real.values()

    def to_real(self, text: str) -> str:
        """Every id in `text`, in whatever way a customer writes it ("ord 1", "Ord-001"), keeping that way."""
        return re.sub(r"\b(ORD|SUB|REF|EV)([-_ #]{0,2})0*(\d{1,3})\b", self._written, text, flags=re.IGNORECASE)

    def to_named(self, text: str) -> str:
        for name, real in self._real.items():
            text = re.sub(rf"\b{re.escape(real)}\b", name, text)
        return text

    def _written(self, found: re.Match[str]) -> str:
        prefix, gap, number = found.groups()
        real = self._real.get(f"{prefix.upper()}{int(number):03}")
        return found[0] if real is None else f"{prefix}{gap}{real.removeprefix(prefix.upper()).lstrip('-')}"
