"""`python -m agent.experiments`."""

import sys

from agent.experiments.onhost import main

if __name__ == "__main__":
    sys.exit(main())
