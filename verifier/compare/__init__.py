"""Numbers, dates, negation and reported speech of a claim held against those of its evidence, without a model.

A cross-encoder reads "726 killed" and "977 killed", "was" and "was not", as nearly the same. Here every number and
date of the claim is looked up in the evidence, and what differs is never let through as support. Nor does it tell
"he said that P" from "P"; here a passage that reports a statement settles that it was made, and no more.
"""

from verifier.compare.reconcile import compare

__all__ = ["compare"]
