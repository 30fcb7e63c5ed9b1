"""`python -m rollout` is the command `rollout`."""

import sys

from rollout.cli.command import main

if __name__ == "__main__":
    sys.exit(main())
