"""Small articles of several kinds, and the reading of one."""

from __future__ import annotations

from datetime import date

from verifier.claims import SpacyClaimExtractor
from verifier.types import Article, Claim, ClaimStatus

AGENCY = """Flood kills 12 in northern province
By Maria Kovac and Tom Reed
Published 17 March 2022, 10:15 GMT

LISBON, March 17 (Reuters) - Twelve people were killed and 30 others injured when the Tavo river burst its banks on \
Tuesday, the interior ministry said.

Interior Minister Paulo Reis told reporters that 4,500 residents had been moved to shelters. He added that the army \
had sent six helicopters. "The water came within minutes. Nobody in the valley had seen this before," said Ana Lopes, \
a teacher in the village of Serra.

According to the weather service, 180 mm of rain fell in 24 hours. The dam, which was built in 1962, did not fail. \
Mr. Reis denied that warnings had been ignored. She lost her home.

Volunteers fill sandbags on the river bank. (Photo: J. Silva)
Read also: What to do in a flood
Sign up to our newsletter for more stories.
(Reporting by Maria Kovac; Editing by Tom Reed)
"""

INTERVIEW = """"I never planned to stay": an interview with Lena Brandt

Reporter: When did you come to Oslo?
Brandt: My first job was at the harbour. Norway exported 1.2 million tonnes of fish that year.
Reporter: Do you miss it?
Brandt: I think it was a beautiful time. We will never see it again.
"""

LIVE_BLOG = """Live: Storm Ada makes landfall
10:42 GMT
The storm has reached the coast at Westport, according to the Met Office.
11:05 — Power is out in 20,000 homes, the grid operator says.
11.30am: Police closed the M4.
— Jane Doe (@janedoe) March 3, 2022
Photo: A. Smith / Getty Images
"""

COLUMN = """The tax that nobody wants

I remember the day the council voted. It was a terrible decision. The council should repeal the tax at once. \
In 2019 the city raised 40 million pounds. Who pays? Let us be honest.
But the tax fell hardest on shops: 300 closed within a year. This happened in March.
"""

MARKDOWN = """# The state of **solar**

By [Jo Park](https://example.org/jo)

## Key points
- Solar power supplied *12%* of the country's electricity in [2022](https://example.org/x).
- 3 million roofs
1. The first plant opened in 1985.

| Year | GW |
|------|----|
| 2020 | 3.1 |

```
code = 1
```

![A plant](a.png)
***
Setext heading
==============
The panels cost 40% less than in 2015.
"""

BUSINESS = """Acme Corp. said on Thursday that it had acquired Beta Ltd. for $3 billion. The deal, which was announced \
in May, has been approved by regulators. Beta makes batteries. It employs 4,000 people in Ohio.
Shares of Acme rose 3.2% to $45.10. "This is our best quarter," CEO Ann Bell said. "Revenue rose 12%." She joined \
Acme in 2015. The company expects to hire 200 people, and profits will double.
"""

ALL_KINDS = {
    "agency": AGENCY,
    "interview": INTERVIEW,
    "live blog": LIVE_BLOG,
    "column": COLUMN,
    "markdown": MARKDOWN,
    "business": BUSINESS,
}


def article(text: str, title: str = "", published: date | None = date(2022, 3, 17)) -> Article:
    """An article of 17 March 2022, a Thursday."""
    return Article(id="a1", title=title, url=None, source=None, published=published, text=text)


def claims_of(text: str, title: str = "", published: date | None = date(2022, 3, 17)) -> list[Claim]:
    """All rows of a text."""
    return SpacyClaimExtractor().extract(article(text, title, published))


def checkable(text: str, published: date | None = date(2022, 3, 17)) -> list[str]:
    """The stand-alone forms of what is checked."""
    return [claim.text for claim in claims_of(text, published=published) if claim.status is ClaimStatus.CHECKABLE]


def reasons(text: str, title: str = "") -> list[str]:
    """The reason of every row, empty for what is checked."""
    return [claim.reason for claim in claims_of(text, title)]
