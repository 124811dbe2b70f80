"""Whether a picture is a screenshot, as far as its form tells. Pure."""

from __future__ import annotations

# Width and height of the screens that most people have, upright, in pixels. A picture of exactly this size that no
# camera has signed was drawn by a screen: cameras save other sizes, and editors keep what the camera gave.
_PHONES = {
    (640, 1136), (750, 1334), (828, 1792), (1125, 2436), (1170, 2532), (1179, 2556), (1206, 2622),
    (1242, 2208), (1242, 2688), (1284, 2778), (1290, 2796), (1320, 2868),
    (720, 1280), (720, 1520), (720, 1560), (720, 1600), (720, 1612), (1080, 1920), (1080, 2160), (1080, 2220),
    (1080, 2280), (1080, 2340), (1080, 2400), (1080, 2408), (1080, 2424), (1224, 2700), (1344, 2992),
    (1440, 2560), (1440, 2960), (1440, 3040), (1440, 3088), (1440, 3120), (1440, 3200),
}  # fmt: skip
_TABLETS = {(1536, 2048), (1620, 2160), (1640, 2360), (1668, 2388), (1200, 1920), (1200, 2000), (1600, 2560)}
_DESKTOPS = {
    (768, 1366), (800, 1280), (864, 1536), (900, 1440), (900, 1600), (1050, 1680), (1080, 1920), (1200, 1920),
    (1440, 2560), (1600, 2560), (1440, 3440), (1800, 2880), (1964, 3024), (2160, 3840),
}  # fmt: skip
_SCREENS = _PHONES | _TABLETS | _DESKTOPS


def is_screenshot(kind: str, width: int, height: int, device: str | None) -> bool:
    """True for a PNG of a screen's exact size, in either direction, that names no camera.

    Screens are saved as PNG and cameras save no PNG; a picture cut or sent on through a messenger is not recognised.
    """
    return kind == "PNG" and device is None and (min(width, height), max(width, height)) in _SCREENS
