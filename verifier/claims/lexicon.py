"""Word lists as they are written in this package: one string, blanks between the words."""


def words(text: str) -> frozenset[str]:
    """The words of `text` as a set."""
    return frozenset(text.split())


FINITE = words("VBD VBZ VBP MD")
"""The Penn Treebank tags of conjugated verbs."""
