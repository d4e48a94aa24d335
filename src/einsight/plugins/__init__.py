"""Hook specifications, loading and isolation.  The only importer of pluggy; the built-ins come this way too."""
