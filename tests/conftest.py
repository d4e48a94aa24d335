"""The catalogue is filled as the command line fills it; no secret is written into anybody's home."""

import os

from einsight.plugins.loading import install

install()
os.environ.setdefault("EINSIGHT_CACHE_KEY", "of the tests")
