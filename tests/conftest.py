"""For all tests: no limit on the time of a single example, for machines are shared; pytest-timeout holds the whole."""

from hypothesis import settings

settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
