"""One stylesheet out of many: joins the files that `layers.css` names, in its order.

Joining is all that happens. The files in `static/css` stay what a person reads and changes; the browser gets
one file, `static/built/app.css`, with comments and idle white space left out.
"""

import re
from pathlib import Path

from django.conf import settings

_IMPORT = re.compile(r"@import url\(([\w.-]+)\) layer\((\w+)\);")
_PIECE = re.compile(r"""("[^"\n]*"|'[^'\n]*')|/\*.*?\*/|\s+""", re.DOTALL)
_IDLE = re.compile(r"""("[^"\n]*"|'[^'\n]*')|\s?([{};,])\s?""")


def sources() -> Path:
    return Path(settings.BASE_DIR) / "static" / "css"


def built() -> Path:
    return Path(settings.BASE_DIR) / "static" / "built" / "app.css"


def joined(folder: Path) -> str:
    """The text of all files in the order of `layers.css`, each in its layer."""

    def layer(found: re.Match[str]) -> str:
        return f"@layer {found[2]}{{{(folder / found[1]).read_text('utf-8')}}}"

    return stripped(_IMPORT.sub(layer, (folder / "layers.css").read_text("utf-8")))


def stripped(css: str) -> str:
    """`css` without comments and idle white space; strings stay as they are."""
    short = _PIECE.sub(lambda found: found[1] or ("" if found[0].startswith("/*") else " "), css)
    return _IDLE.sub(lambda found: found[1] or found[2], short).strip()


def join(*, force: bool = False) -> Path:
    """Write the joined file if it is missing or older than what it is made from."""
    target = built()
    if force or _is_stale(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".new")
        draft.write_text(joined(sources()), "utf-8")
        draft.replace(target)  # whoever reads meanwhile gets the old file or the new one, never half
    return target


def _is_stale(target: Path) -> bool:
    if not target.exists():
        return True
    made = target.stat().st_mtime
    return any(source.stat().st_mtime > made for source in sources().glob("*.css"))
