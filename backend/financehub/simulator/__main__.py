"""`python -m financehub.simulator`."""

import sys

from financehub.simulator.simulator_command import main

sys.exit(main(sys.argv[1:]))
