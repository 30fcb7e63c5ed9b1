"""SVG as text: elements with escaped attributes and text."""

import re
from xml.sax.saxutils import escape, quoteattr

FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0, escaped or not


def element(name: str, /, *children: str, **attributes: str | float) -> str:
    """`element("rect", x=1, stroke_width=2)`: an underscore in a name is a hyphen; children are markup already."""
    said = "".join(f" {key.rstrip('_').replace('_', '-')}={_quoted(value)}" for key, value in attributes.items())
    return f"<{name}{said}>{''.join(children)}</{name}>" if children else f"<{name}{said}/>"


def document(width: int, height: int, *parts: str) -> str:
    """A complete SVG document of this size in pixels."""
    return element(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        font_family=FONT,
        role="img",
    )


def escaped(text: str) -> str:
    """Text as the content of an element; characters that XML forbids become replacement characters."""
    return escape(_FORBIDDEN.sub("\ufffd", text))


def text(x: float, y: float, content: str, **attributes: str | float) -> str:
    """One line of text with its baseline at y."""
    return element("text", escaped(content), x=x, y=y, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: str | float) -> str:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def rect(x: float, y: float, width: float, height: float, **attributes: str | float) -> str:
    """A rectangle; nothing if it has no area."""
    if width <= 0 or height <= 0:
        return ""
    return element("rect", x=x, y=y, width=width, height=height, **attributes)


def fitted(content: str, most: int) -> str:
    """Cut to at most `most` characters, in the middle: both ends identify a release."""
    if len(content) <= most:
        return content
    head = (most - 1) // 2
    return f"{content[:head]}…{content[len(content) - (most - 1 - head) :]}"


def _quoted(value: str | float) -> str:
    shown = f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
    return quoteattr(_FORBIDDEN.sub("\ufffd", shown))
