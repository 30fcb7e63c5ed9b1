"""`python -m rollout.pipeline`, called by the workflows."""

import sys

from rollout.pipeline.command import main

if __name__ == "__main__":
    sys.exit(main())
