"""From an article to its claims: what each sentence states, who said it, and its stand-alone form."""

from verifier.claims.extract import ClaimExtractor, ExtractorConfig, SpacyClaimExtractor, shipped_extractor

__all__ = ["ClaimExtractor", "ExtractorConfig", "SpacyClaimExtractor", "shipped_extractor"]
