from __future__ import annotations

match [1]:
    case [x] if (y := x):
        print(f"{x!r:>{y}}")
