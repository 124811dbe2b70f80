from __future__ import annotations

import os

import pytest

from care.errors import NotFound
from care.models.evidence import Facts
from care.stores import Stores
from tests.stores.make import evidence

SEEN = "af90842a0fe79b1d"


def changed(picture_hash: str, bits: int) -> str:
    """The hash with its lowest `bits` bits turned over."""
    return f"{int(picture_hash, 16) ^ ((1 << bits) - 1):016x}"


async def test_a_file_comes_back_as_it_was_stored(stores: Stores) -> None:
    data = os.urandom(700_000)  # more than two chunks
    await stores.evidence.put(evidence(), data)
    assert await stores.evidence.data("EV001") == data
    assert (await stores.evidence.get("EV001")).file_name == "photo.jpg"


async def test_storing_again_keeps_the_first_file(stores: Stores) -> None:
    await stores.evidence.put(evidence(), b"one")
    await stores.evidence.put(evidence(), b"two")
    assert await stores.evidence.data("EV001") == b"one"


async def test_what_a_broken_upload_left_behind_does_not_get_in_the_way(stores: Stores) -> None:
    await stores.database["files.chunks"].insert_one({"files_id": "EV001", "n": 0, "data": b"half"})
    await stores.evidence.put(evidence(), b"whole")
    assert await stores.evidence.data("EV001") == b"whole"


async def test_previews_lie_beside_the_file(stores: Stores) -> None:
    await stores.database["files.chunks"].insert_one({"files_id": "EV001.2", "n": 0, "data": b"left behind"})
    await stores.evidence.put(evidence(previews=2), b"film", [b"first", b"second"])
    assert await stores.evidence.data("EV001") == b"film"
    assert [await stores.evidence.preview("EV001", n) for n in (1, 2)] == [b"first", b"second"]


async def test_unknown_evidence_is_not_found_nor_are_previews_that_there_are_not(stores: Stores) -> None:
    await stores.evidence.put(evidence(previews=1), b"film", [b"first"])
    missing = [stores.evidence.get("NONE"), stores.evidence.data("NONE"), stores.evidence.preview("NONE", 1)]
    missing += [stores.evidence.preview("EV001", 0), stores.evidence.preview("EV001", 2)]
    for call in missing:
        with pytest.raises(NotFound):
            await call


@pytest.mark.parametrize(("bits", "same"), [(0, True), (3, True), (6, True), (7, False), (20, False)])
async def test_nearly_the_same_picture_is_found_again(stores: Stores, bits: int, same: bool) -> None:
    await stores.evidence.put(evidence(hashes=[SEEN]), b"x")
    found = await stores.evidence.by_hashes([changed(SEEN, bits)], [])
    assert [each.evidence_id for each in found] == (["EV001"] if same else [])


async def test_a_mirrored_picture_is_found_by_its_other_hashes(stores: Stores) -> None:
    await stores.evidence.put(evidence(hashes=[SEEN, "1111111111111111"]), b"x")
    assert await stores.evidence.by_hashes(["0f0f0f0f0f0f0f0f", SEEN])


async def test_a_film_or_a_document_is_found_by_each_picture_in_it(stores: Stores) -> None:
    first, second, mirrored = SEEN, "1111111111111111", "2222222222222222"
    facts = Facts(perceptual_hashes=[first, second, mirrored], upright_hashes=[first, second])
    await stores.evidence.put(evidence(facts=facts), b"film")
    for picture, found in ((first, True), (changed(second, 3), True), (mirrored, False)):
        assert bool(await stores.evidence.by_hashes([picture])) is found


async def test_the_same_file_is_found_by_its_digest_unless_it_is_left_out(stores: Stores) -> None:
    first, second = evidence("EV001", original_sha256="f" * 64), evidence("EV002", original_sha256="f" * 64)
    await stores.evidence.put(first, b"x")
    await stores.evidence.put(second, b"x")
    found = await stores.evidence.by_hashes([], ["f" * 64], exclude=["EV002"])
    assert [each.evidence_id for each in found] == ["EV001"]
    assert await stores.evidence.by_hashes([], []) == []
