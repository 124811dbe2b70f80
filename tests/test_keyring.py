"""Keys have ids that tell nothing of them; older ones open, the current one seals."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from care.errors import SetupError
from care.keyring import KeyRing, key_id, read_keys, ring_in
from care.running.datadir import write_private
from care.sealing import Sealer

OLD, NEW = bytes(range(32)), bytes(range(32, 64))


def text(*keys: bytes) -> str:
    return ",".join(base64.b64encode(key).decode() for key in keys)


def test_a_key_has_an_id_that_stays_and_is_not_a_part_of_it() -> None:
    assert key_id(OLD) == key_id(bytes(range(32))) != key_id(NEW)
    assert len(key_id(OLD)) == 16
    assert key_id(OLD) not in OLD.hex()


def test_what_an_older_key_sealed_still_opens_and_what_is_sealed_now_is_under_the_current_one() -> None:
    before, after = Sealer(KeyRing([OLD]), "test"), Sealer(KeyRing([NEW, OLD]), "test")
    sealed = before.seal("secret", "WHK001")
    assert after.open(sealed, "WHK001") == "secret"
    assert after.under(sealed, "WHK001") == key_id(OLD)
    assert after.under(after.seal("secret", "WHK001"), "WHK001") == key_id(NEW)
    assert before.open(after.seal("secret", "WHK001"), "WHK001") is None
    assert after.open(sealed, "WHK002") is None
    assert Sealer(KeyRing([OLD]), "another use").open(sealed, "WHK001") is None


@pytest.mark.parametrize(
    ("current", "older", "wrong"),
    [
        ("", "", "CARE_ENCRYPTION_KEY to 32"),
        (text(OLD)[:-4], "", "CARE_ENCRYPTION_KEY to 32"),
        (text(OLD), "not base64!", r"CARE_DECRYPTION_KEYS \(number 1\)"),
        (text(OLD), text(NEW) + ",AAAA", r"CARE_DECRYPTION_KEYS \(number 2\)"),
        (text(OLD), text(NEW) + ",", r"CARE_DECRYPTION_KEYS \(number 2\)"),
    ],
)
def test_a_key_that_cannot_be_used_is_named(current: str, older: str, wrong: str) -> None:
    with pytest.raises(SetupError, match=wrong) as refused:
        read_keys(current, older)
    assert text(NEW) not in str(refused.value)


def test_older_keys_may_be_left_out_and_have_spaces_between_them() -> None:
    assert read_keys(text(NEW), " ") == [NEW]
    assert read_keys(text(NEW), f" {text(OLD)} , {text(bytes(32))}") == [NEW, OLD, bytes(32)]


def test_a_running_process_has_new_keys_as_soon_as_the_file_of_its_data_directory_has_them(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    write_private(path, {"encryption_key": text(OLD)})
    ring = ring_in(path)
    assert list(ring.keys) == [key_id(OLD)]
    write_private(path, {"encryption_key": text(NEW), "decryption_keys": text(OLD)})
    assert list(ring.keys) == [key_id(NEW), key_id(OLD)]
    path.unlink()
    assert ring.current == key_id(NEW), "a directory that is just being emptied takes no keys away"


def test_a_broken_file_of_keys_is_named(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(json.dumps({"encryption_key": "AAAA"}))
    with pytest.raises(SetupError, match=r"secrets\.json"):
        ring_in(path)
