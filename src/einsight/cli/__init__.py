"""The command line: reads options, asks the services, prints."""
