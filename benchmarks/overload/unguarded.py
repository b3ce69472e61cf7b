"""`python -m benchmarks.overload.unguarded`: the media worker without shedding.

What would be there without it: started only for comparison.
"""

from __future__ import annotations

import math

from media.__main__ import main
from media.sfu import shedding

if __name__ == "__main__":
    shedding.FULL_SHARE = shedding.LATE_S = math.inf
    main()
