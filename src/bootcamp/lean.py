"""Keeps one slow import out of our processes: `python -m bootcamp.lean MODULE …` runs MODULE so.

jsonschema checks the format "iri" with `rfc3987_syntax` where that is installed, and that package
parses a grammar when it is imported: 1.7 s of processor time (measured, Python 3.11), paid by every
process that imports jsonschema, so by the hub and by each citizen's server. No schema of Jupyter's
or ours uses the format, and jsonschema does without when the import fails.
"""

from __future__ import annotations

import runpy
import sys

__all__ = ["without_slow_imports"]


def without_slow_imports() -> None:
    """Make `import rfc3987_syntax` fail from now on, unless it has been imported already."""
    # None in this table is Python's own way to say: there is no such module.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


if __name__ == "__main__":
    without_slow_imports()
    module, sys.argv = sys.argv[1], sys.argv[1:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
