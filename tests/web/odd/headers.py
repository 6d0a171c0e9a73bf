"""What every answer tells the browser, whatever it answers."""

from typing import Any

_SAME = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NEEDED = ("default-src 'none'", "frame-ancestors", "base-uri 'none'", "object-src 'none'")
# What the pages' own script writes too: how they look, nothing that anybody else would want.
_OF_LOOKS = ("theme", "density")
# The mail of a message stands in a frame of its page, and of no other site's.
FRAMED = ("/body/",)


def missing(answer: Any, *, is_signed_in: bool = True) -> list[str]:
    """Name the headers that an answer lacks, or that say too much."""
    headers = answer.headers
    path = answer.request["PATH_INFO"]
    policy = headers.get("Content-Security-Policy", "")
    found = [name for name, value in _SAME.items() if headers.get(name) != value]
    found += [text for text in _NEEDED if text not in policy]
    found += ["unsafe in the policy"] if "unsafe" in policy else []
    # A policy's 'none' may only give way in a frame that the site itself holds.
    own_frame = path.endswith(FRAMED) and answer.status_code == 200
    wanted = "SAMEORIGIN" if own_frame else "DENY"
    found += ["X-Frame-Options"] if headers.get("X-Frame-Options") != wanted else []
    found += [name for name in headers if name.lower().startswith("access-control-")]
    if is_signed_in and headers.get("Cache-Control") != "no-store":
        found.append("Cache-Control")
    for cookie in answer.cookies.values():
        is_hidden = bool(cookie["httponly"]) or cookie.key in _OF_LOOKS
        is_gone = cookie["max-age"] == 0
        if not (is_gone or (is_hidden and cookie["samesite"] and cookie["path"] == "/")):
            found.append(f"cookie {cookie.key}")
        if cookie["domain"]:
            found.append(f"cookie {cookie.key} for other hosts")
    return found
