"""`python -m rollout.onhost`: the entry point of the engine's image."""

import sys

from rollout.onhost.command import main

if __name__ == "__main__":
    sys.exit(main())
