"""`python -m rollout.onhost`: the engine's image starts it."""

import sys

from rollout.onhost.command import main

if __name__ == "__main__":
    sys.exit(main())
