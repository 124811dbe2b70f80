"""Every dialogue with the real client of Groq, against a server that answers as the dialogue says."""

from __future__ import annotations

import pytest

from tests.dialogues.house import House
from tests.dialogues.parser import all_for
from tests.dialogues.player import play
from tests.dialogues.script import Dialogue


@pytest.mark.parametrize("dialogue", all_for("groq"), ids=lambda dialogue: dialogue.name)
async def test_a_dialogue_ends_as_written(dialogue: Dialogue, with_groq: House) -> None:
    await play(with_groq, dialogue)
