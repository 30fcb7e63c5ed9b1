"""`python -m rollout.pipeline`: the workflows call it."""

import sys

from rollout.pipeline.command import main

if __name__ == "__main__":
    sys.exit(main())
