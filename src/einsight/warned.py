"""What a plugin that fails is told by; here, so that it costs nothing to import."""

from __future__ import annotations


class PluginWarning(UserWarning):
    """A plugin, or a rule of one, failed and is switched off; everything else goes on."""

    __module__ = "einsight"
