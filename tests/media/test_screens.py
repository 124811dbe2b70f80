from __future__ import annotations

import pytest

from care.media.screens import is_screenshot


@pytest.mark.parametrize(
    ("kind", "width", "height", "device", "expected"),
    [
        ("PNG", 1170, 2532, None, True),
        ("PNG", 2532, 1170, None, True),  # the phone lay on its side
        ("PNG", 1080, 2400, None, True),
        ("PNG", 1920, 1080, None, True),
        ("PNG", 1000, 1000, None, False),
        ("PNG", 1170, 2531, None, False),  # cut
        ("PNG", 1170, 2532, "Apple iPhone 14", False),
        ("JPEG", 1080, 1920, None, False),  # a still of a video, or a photo that a messenger made small
        ("WEBP", 1080, 1920, None, False),
        ("PNG", 4032, 3024, None, False),
        ("PNG", 1, 1, None, False),
    ],
)
def test_a_screenshot_is_a_png_of_a_screens_exact_size_that_no_camera_signed(
    kind: str, width: int, height: int, device: str | None, expected: bool
) -> None:
    assert is_screenshot(kind, width, height, device) is expected
