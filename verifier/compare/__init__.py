"""Numbers, dates and negation of a claim held against those of its evidence, without a model.

A cross-encoder reads "726 killed" and "977 killed", "was" and "was not", as nearly the same. Here every number and
date of the claim is looked up in the evidence, and what differs is never let through as support.
"""

from verifier.compare.reconcile import compare

__all__ = ["compare"]
