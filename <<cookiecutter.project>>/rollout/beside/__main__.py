"""`python -m rollout.beside`: the engine's image starts it."""

import sys

from rollout.beside import main

if __name__ == "__main__":
    sys.exit(main())
