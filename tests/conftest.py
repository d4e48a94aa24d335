"""The catalogue is filled as the command line fills it."""

from einsight.plugins.loading import install

install()
