"""The pictures' colours on a dark page: the same SVG, whose attributes the style sheet overrides."""

from rollout.report.picture.colours import BAD, CANARY, CARD, EDGE, FAINT, GRID, INK, OUTCOME, STABLE, VERDICTS

DARK = {
    STABLE: "#6ea8fe",
    CANARY: "#4cc38a",
    INK: "#e6edf3",
    FAINT: "#9da7b1",
    GRID: "#30363d",
    CARD: "#161b22",
    EDGE: "#3d444d",
    BAD: "#ff7b72",
    VERDICTS["promoted"]: "#3fb950",
    VERDICTS["in_doubt"]: "#d29922",
    OUTCOME["pass"]: "#adb5bd",
    OUTCOME["error"]: "#bc8cff",
    OUTCOME["inconclusive"]: "#e3b341",
    OUTCOME["no data"]: "#8b949e",
}


def style() -> str:
    """Rules for a dark page, one for each colour."""
    rules = "\n".join(
        f'svg [{attribute}="{light}"] {{ {attribute}: {dark}; }}'
        for light, dark in DARK.items()
        for attribute in ("fill", "stroke")
    )
    return f"@media (prefers-color-scheme: dark) {{\n{rules}\n}}\n"
