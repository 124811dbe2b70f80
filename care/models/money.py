"""Money: integer minor units with an ISO 4217 currency. Never a float."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field, StrictInt

# ISO 4217 exponents that differ from 2, for the currencies a shop is likely to meet.
_EXPONENTS = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3}
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "INR": "₹", "JPY": "¥"}
# Back from a symbol to its currency.
CODES = {symbol: code for code, symbol in _SYMBOLS.items()}


class Money(BaseModel):
    """An amount in minor units (cents) of one currency. Mixing currencies raises ValueError."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # MongoDB holds 64-bit integers; the bound keeps sums of many amounts inside them.
    amount: StrictInt = Field(ge=-(10**15), le=10**15)
    currency: str = Field(pattern=r"^[A-Z]{3}$")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(amount=0, currency=currency)

    @classmethod
    def written(cls, text: str, currency: str) -> Money:
        """An amount as a person writes it: "12.5", "12,50" or "12". Raises ValueError for anything else."""
        units, _, rest = text.strip().replace(",", ".").partition(".")
        places = _EXPONENTS.get(currency, 2)
        return cls.parse(f"{units}.{rest.ljust(places, '0')}" if rest else units, currency)

    @classmethod
    def parse(cls, decimal: str, currency: str) -> Money:
        """ "12.99" of "EUR" is 1299 cents. Raises ValueError for anything but plain digits, with as many decimals as
        the currency has or with none."""
        places = _EXPONENTS.get(currency, 2)
        found = re.fullmatch(rf"([0-9]{{1,16}})(?:\.([0-9]{{{places}}}))?", decimal)
        if not found or (found[2] == ""):
            raise ValueError(f"{decimal!r} is no amount of {currency}")
        return cls(amount=int(found[1]) * 10**places + int(found[2] or 0), currency=currency)

    @property
    def decimals(self) -> int:
        return _EXPONENTS.get(self.currency, 2)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(amount=self.amount + other.amount, currency=self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(amount=self.amount - other.amount, currency=self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(amount=self.amount * times, currency=self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def share(self, part: int, whole: int) -> Money:
        """`part` of `whole` equal shares, rounded half up to a whole minor unit."""
        return Money(amount=(2 * self.amount * part + whole) // (2 * whole), currency=self.currency)

    def __str__(self) -> str:
        sign = "-" if self.amount < 0 else ""
        symbol = _SYMBOLS.get(self.currency, f"{self.currency} ")
        return f"{sign}{symbol}{self._number()}"

    def with_code(self) -> str:
        """Like "1,299.00 EUR": for papers that leave the shop, where $ may stand for many dollars."""
        return f"{'-' if self.amount < 0 else ''}{self._number()} {self.currency}"

    def _number(self) -> str:
        units, rest = divmod(abs(self.amount), 10**self.decimals)
        return f"{units:,}" + (f".{rest:0{self.decimals}d}" if self.decimals else "")
