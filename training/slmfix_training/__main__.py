"""`python -m slmfix_training`, for launchers such as `accelerate launch -m`."""

from __future__ import annotations

import sys

from slmfix_training.command import main

if __name__ == "__main__":
    sys.exit(main())
