"""Judging without a key never claims to have seen anything."""

from __future__ import annotations

from datetime import timedelta

import pytest

from care.brains import judge_for
from care.brains.local_judge import LocalJudge
from care.brains.protocols import EvidenceFile
from care.models.evidence import Facts
from care.models.refund import Wanted
from care.settings import Settings
from tests.brains.conftest import PLACED, Tally, a_claim, a_file

INVOICE = Facts(pages=1, text="Invoice for ORD004\nWhey Protein 14.99\nShipping 3.00\nTotal EUR 17.99")
OLD = Facts(captured_at=PLACED - timedelta(days=30), sharpness=90_000)
BLURRED = Facts(sharpness=1_000)
SCREENSHOT = Facts(screenshot=True, sharpness=90_000)


@pytest.mark.parametrize("facts", [Facts(), INVOICE, OLD, BLURRED, SCREENSHOT])
async def test_a_claim_with_a_file_waits_for_a_person(facts: Facts) -> None:
    judgement = await LocalJudge().judge(a_claim([a_file(facts=facts)]))
    assert (judgement.decision, judgement.model, judgement.prompt_version) == ("unclear", "local", None)
    assert judgement.confidence <= 0.6
    assert judgement.findings[0].startswith("Nobody has looked at")


async def test_a_claim_without_a_file_says_so() -> None:
    assert (await LocalJudge().judge(a_claim())).findings == ["The customer sent no file."]


@pytest.mark.parametrize("facts", [OLD, BLURRED, SCREENSHOT])
async def test_what_speaks_against_a_file_lowers_the_confidence(facts: Facts) -> None:
    good, bad = [await LocalJudge().judge(a_claim([a_file(facts=f)])) for f in (Facts(), facts)]
    assert bad.confidence < good.confidence
    assert len(bad.findings) == len(good.findings) + 1
    assert (good.about_files, bad.about_files) == ({}, {"EV1": bad.findings[1:]})


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ([], Wanted.PHOTO),
        ([a_file(facts=SCREENSHOT)], Wanted.PHOTO),
        ([a_file(b"%PDF", "application/pdf", INVOICE)], Wanted.PHOTO),
        ([a_file(facts=BLURRED)], Wanted.SHARPER_PHOTO),
        ([a_file(facts=BLURRED), a_file(b"%PDF", "application/pdf", INVOICE)], Wanted.SHARPER_PHOTO),
        ([a_file(facts=BLURRED), a_file()], None),
        ([a_file()], None),
        ([a_file(b"mp4", "video/mp4", Facts())], None),
    ],
)
async def test_a_better_picture_is_wanted_where_none_can_be_used(
    files: list[EvidenceFile], wanted: Wanted | None
) -> None:
    assert (await LocalJudge().judge(a_claim(files))).wanted is wanted


async def test_without_a_key_the_local_judge_is_chosen_and_nothing_is_metered(meters: Tally) -> None:
    settings = Settings(gemini_api_key=None)
    assert isinstance(judge_for(settings, meters), LocalJudge)
