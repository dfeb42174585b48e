"""``python -m demo``: see a whole library go from AniList to Trakt."""

import sys

from demo.walkthrough import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
