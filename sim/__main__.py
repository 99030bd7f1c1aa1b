"""`python -m sim <verb> ...`: the command line without its installed script."""

import sys

from sim.cli import main

sys.exit(main())
