"""`python -m einsight`."""

import sys

from .cli.main import main

sys.exit(main())
