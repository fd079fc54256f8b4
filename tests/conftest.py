"""What holds for every suite."""

from __future__ import annotations

import sys
from pathlib import Path

# At the end, not the beginning: `tests.support` is found here, but `mailcatch` is the installed one, as in its children.
sys.path.append(str(Path(__file__).parents[1]))
