"""From an article to its claims: what each sentence is, who said it, and its stand-alone form."""

from verifier.claims.extract import ClaimExtractor, SpacyClaimExtractor

__all__ = ["ClaimExtractor", "SpacyClaimExtractor"]
