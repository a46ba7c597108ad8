"""The shell: Prefect flows and the command line."""

import os

# Before Prefect is imported: offline, silent, and patient with its own first start on a slow machine.
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
os.environ.setdefault("PREFECT_INTERNAL_LOGGING_LEVEL", "CRITICAL")  # each event that a lost server does not take
os.environ.setdefault("PREFECT_LOGGING_ROOT_LEVEL", "CRITICAL")
os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "CRITICAL")
os.environ.setdefault("PREFECT_LOGGING_TO_API_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "90")

# Ctrl-C in a terminal stops Prefect's server too; more retries to reach it would hold the command up for a minute.
os.environ.setdefault("PREFECT_CLIENT_MAX_RETRIES", "2")
