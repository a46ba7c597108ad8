"""Which claims say the same: near in meaning, entailing each other, and with nothing in them that differs.

An embedding and an entailment model read "Google bought Waze" and "Waze bought Google", wheat and barley, "will cut"
and "cut", as nearly the same; whoever is shown another claim's verdict must not be misled by that. So what the models
find is held against each other word by word, and any difference that is not known to be none keeps two claims apart.
"""

from verifier.matching.differences import why_other
from verifier.matching.matcher import Matcher, MatcherConfig

__all__ = ["Matcher", "MatcherConfig", "why_other"]
