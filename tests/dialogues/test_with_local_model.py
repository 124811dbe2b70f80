"""Every dialogue with the local model, which reads English alone."""

from __future__ import annotations

import pytest

from tests.dialogues.house import House
from tests.dialogues.parser import all_for, parse
from tests.dialogues.player import play
from tests.dialogues.script import Dialogue

_CANCELLED_UNTOLD = """# It says that nothing changes
shop: order ORD001 tea pending

customer> cancel ORD001
understands: CANCEL_ORDER
action: order_cancelled proposed ORD001

customer> yes
action: order_cancelled done ORD001

then: nothing changes
"""


@pytest.mark.parametrize("dialogue", all_for("local"), ids=lambda dialogue: dialogue.name)
async def test_a_dialogue_ends_as_written(dialogue: Dialogue, with_local_model: House) -> None:
    await play(with_local_model, dialogue)


async def test_a_deed_that_no_line_tells_of_fails_the_dialogue(with_local_model: House) -> None:
    [dialogue] = parse(_CANCELLED_UNTOLD, "untold.txt")
    with pytest.raises(AssertionError, match=r"untold.txt:1: no line tells of order ORD001: .*status cancelled"):
        await play(with_local_model, dialogue)
