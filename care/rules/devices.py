"""A device in a few words, as its owner knows it. Pure. Of a header that anybody can write, only names that we know."""

from __future__ import annotations

import re

# In the order in which they are looked for: most browsers name others as well, to be treated like them.
_PROGRAMS = {
    "Edge": r"\bEdg(?:e|A|iOS)?/",
    "Opera": r"\bOPR/",
    "Samsung Internet": r"\bSamsungBrowser/",
    "Firefox": r"\b(?:Firefox|FxiOS)/",
    "Chrome": r"\b(?:Headless)?(?:Chrome|CriOS)/",
    "Safari": r"\bSafari/",
    "curl": r"^curl/",
    "Postman": r"^PostmanRuntime/",
    "Python": r"^(?:python-requests|python-httpx|Python-urllib|aiohttp|Python/)",
    "Java": r"^(?:Java/|okhttp/|Apache-HttpClient/)",
    "Node.js": r"^(?:node|axios/|undici)",
    "Go": r"^Go-http-client/",
}
_SYSTEMS = {
    "Android": r"\bAndroid\b",
    "iPhone": r"\biPhone\b",
    "iPad": r"\biPad\b",
    "Windows": r"\bWindows\b",
    "macOS": r"\bMac OS X\b",
    "ChromeOS": r"\bCrOS\b",
    "Linux": r"\bLinux\b",
}


def device_of(user_agent: str) -> str:
    """ "Firefox, Linux", "curl"; empty for what does not say what it is."""
    named = (_first(_PROGRAMS, user_agent), _first(_SYSTEMS, user_agent))
    return ", ".join(filter(None, named))


def _first(names: dict[str, str], user_agent: str) -> str:
    return next((name for name, pattern in names.items() if re.search(pattern, user_agent)), "")
