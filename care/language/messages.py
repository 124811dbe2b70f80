"""`python -m care.language.messages` (`make messages`): the catalogues, brought up to what the code says.

Translations stay; texts that nobody says any more go; new ones wait, empty, for a translator. The files are sorted and
name neither lines nor dates, so that a change of one text is a change of one entry.
"""

from __future__ import annotations

import re
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from care.language.catalogue import FOLDER, read
from care.language.language import DEFAULT, LANGUAGES
from care.language.sources import said

# What gettext needs of the header; the rest tells of dates and programs.
_KEPT = ("Language: ", "MIME-Version", "Content-", "Plural-Forms")


def template() -> Catalog:
    """What is to be translated."""
    found = Catalog(charset="utf-8")
    for each in said():
        found.add(each.text, locations=[(each.file, 0)])
    return found


def updated(code: str, messages: Catalog) -> bytes:
    """The file of that language as it should be."""
    catalogue = read(code)
    catalogue.update(messages, no_fuzzy_matching=True, update_header_comment=False)
    written = BytesIO()
    write_po(written, catalogue, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return re.sub(rb'(?m)^"(?!%b)[\w-]+: [^"]*\\n"\n' % "|".join(_KEPT).encode(), b"", written.getvalue())


def main() -> None:
    messages = template()
    for code in LANGUAGES:
        if code != DEFAULT:
            (FOLDER / f"{code}.po").write_bytes(updated(code, messages))


if __name__ == "__main__":
    main()
