"""Every dialogue with the local model, which reads English alone."""

from __future__ import annotations

import pytest

from tests.dialogues.house import House
from tests.dialogues.parser import all_for
from tests.dialogues.player import play
from tests.dialogues.script import Dialogue


@pytest.mark.parametrize("dialogue", all_for("local"), ids=lambda dialogue: dialogue.name)
async def test_a_dialogue_ends_as_written(dialogue: Dialogue, with_local_model: House) -> None:
    await play(with_local_model, dialogue)
