"""Who publishes a report and where; nothing of it changes a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.claimreview import plain_line
from verifier.report.words import safe_href


class PublisherError(ValueError):
    """The settings do not say who publishes verdicts, or where."""


@dataclass(frozen=True)
class ReportConfig:
    """What a published report says of its publisher; empty where it is not to be published."""

    publisher_name: str = ""
    publisher_url: str = ""  # http or https
    base_url: str = ""  # the folder on the web in which the pages of claims stand, http or https


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who answers for published verdicts; `base_url` ends in a slash, and both URLs are http or https."""

    name: str
    url: str | None
    base_url: str


def publisher_of(config: ReportConfig) -> Publisher:
    """The publisher that the settings name.

    :raises PublisherError: the name or `base_url` is missing, or a URL is none of the web.
    """
    if not (name := plain_line(config.publisher_name)):
        raise PublisherError(
            "expected report.publisher_name, the name under which verdicts are published, found none;"
            " set it in the settings file, or as VERIFIER_REPORT__PUBLISHER_NAME"
        )
    url = _web_url("publisher_url", config.publisher_url) if config.publisher_url.strip() else None
    return Publisher(name, url, f"{_web_url('base_url', config.base_url).rstrip('/')}/")


def _web_url(setting: str, value: str) -> str:
    url = safe_href(value)
    if url is None or "?" in url or "#" in url:
        found = repr(value) if value.strip() else "none"
        raise PublisherError(
            f"expected report.{setting} as an http or https address without ? and #, found {found};"
            f" set it in the settings file, or as VERIFIER_REPORT__{setting.upper()}"
        )
    return url
