"""Training pairs for the stance model: public sets, hard negatives and passage-length evidence.

Every loader reads files that the user already has; nothing is fetched. A pair is (evidence, claim, label)
with the evidence first, as natural-language-inference models expect their premise.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from verifier.types import LABEL_STANCE, Label, Stance, present_evidence

NLI_STANCE = {"entailment": Stance.SUPPORTS, "contradiction": Stance.REFUTES, "neutral": Stance.NEUTRAL}
ABSTRACT_STANCE = {
    "SUPPORT": Stance.SUPPORTS,
    "CONTRADICT": Stance.REFUTES,
    "REFUTE": Stance.REFUTES,
    "NOTENOUGHINFO": Stance.NEUTRAL,
}
HELD_OUT_SHARE = 0.1  # of VitaminC's pages, by hash of the page's title
WINDOW_SENTENCES = 3  # as the corpus builder cuts passages


@dataclass(frozen=True, slots=True)
class TrainingPair:
    """One claim against one evidence text, with the stance that the evidence takes."""

    claim: str
    evidence: str
    stance: Stance
    source: str
    group: str = ""


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON Lines file, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def is_held_out(group: str, share: float = HELD_OUT_SHARE) -> bool:
    """Whether a page belongs to the held-out split; depends on its title alone, so every run agrees."""
    digest = hashlib.sha256(group.encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < share


def tidy(text: str) -> str:
    """Undo the tokenised spelling of FEVER and VitaminC (spaces before commas, LaTeX quotes, -LRB-)."""
    text = text.replace("-LRB-", "(").replace("-RRB-", ")").replace("-LSB-", "[").replace("-RSB-", "]")
    text = text.replace("``", '"').replace("''", '"').replace("�", " ")
    text = re.sub(r"\s+([,.;:!?%)\]'])", r"\1", text)
    text = re.sub(r"([(\[$£€])\s+", r"\1", text)
    return re.sub(r"\s+", " ", text).strip()


def load_pairs(path: Path, source: str) -> list[TrainingPair]:
    """Rows `claim, evidence, label[, group]` with AVeriTeC's label names."""
    return [
        TrainingPair(
            tidy(row["claim"]), tidy(row["evidence"]), LABEL_STANCE[Label(row["label"])], source, row.get("group", "")
        )
        for row in read_jsonl(path)
    ]


def load_nli(path: Path, source: str) -> list[TrainingPair]:
    """Rows `premise, hypothesis, label` of an NLI set."""
    return [
        TrainingPair(tidy(row["hypothesis"]), tidy(row["premise"]), NLI_STANCE[row["label"]], source)
        for row in read_jsonl(path)
    ]


def load_scifact(folder: Path, split: str, rng: random.Random, windows: bool) -> list[TrainingPair]:
    """SciFact: gold rationales, and with `windows` also windows around and apart from them.

    A window without a rationale sentence is NEUTRAL: on topic, from the same abstract, and settling nothing.
    """
    abstracts = {row["doc_id"]: row for row in read_jsonl(folder / "corpus.jsonl")}
    pairs = []
    for row in read_jsonl(folder / f"claims_{split}.jsonl"):
        for doc_id in row["cited_doc_ids"]:
            abstract = abstracts[doc_id]
            rationales = row["evidence"].get(str(doc_id), [])
            gold = {i for rationale in rationales for i in rationale["sentences"]}
            for rationale in rationales:
                text = " ".join(abstract["abstract"][i].strip() for i in rationale["sentences"])
                pairs.append(TrainingPair(row["claim"], text, ABSTRACT_STANCE[rationale["label"]], "scifact"))
            if windows:
                stance = ABSTRACT_STANCE[rationales[0]["label"]] if rationales else Stance.NEUTRAL
                pairs += _abstract_windows(row["claim"], abstract, gold, stance, "scifact", rng)
            elif not rationales:
                pairs.append(TrainingPair(row["claim"], " ".join(abstract["abstract"][:3]), Stance.NEUTRAL, "scifact"))
    return pairs


def load_check_covid(folder: Path, split: str, rng: random.Random, windows: bool) -> list[TrainingPair]:
    """Check-COVID: gold sentences, and with `windows` also windows around and apart from them."""
    abstracts = {row["cord_id"]: row for row in read_jsonl(folder / "corpus.jsonl")}
    pairs = []
    for row in read_jsonl(folder / f"claims_{split}.jsonl"):
        abstract = abstracts[row["cord_id"]]
        gold = {e["sent_index"] for e in row["evidence_set"] if 0 <= e["sent_index"] < len(abstract["abstract"])}
        stance = ABSTRACT_STANCE[row["label"]]
        text = " ".join(abstract["abstract"][i] for i in sorted(gold)) or " ".join(abstract["abstract"][:3])
        pairs.append(TrainingPair(row["claim"], text, stance, "check-covid"))
        if windows:
            # For NOTENOUGHINFO the marked sentences are the nearest ones, so every window is NEUTRAL.
            pairs += _abstract_windows(row["claim"], abstract, gold, stance, "check-covid", rng)
    return pairs


def _abstract_windows(
    claim: str, abstract: dict[str, Any], gold: set[int], stance: Stance, source: str, rng: random.Random
) -> list[TrainingPair]:
    """At most one window that holds a gold sentence and one or two that hold none."""
    sentences = abstract["abstract"]
    starts = list(range(0, max(1, len(sentences) - WINDOW_SENTENCES + 1)))
    rng.shuffle(starts)
    holding = [s for s in starts if gold & set(range(s, s + WINDOW_SENTENCES))]
    apart = [s for s in starts if not gold & set(range(s, s + WINDOW_SENTENCES))]
    chosen = [(s, stance) for s in holding[:1]] + [(s, Stance.NEUTRAL) for s in apart[: 1 if gold else 2]]
    title = abstract["title"] if rng.random() < 0.3 else None
    return [
        TrainingPair(
            claim,
            present_evidence(title, " ".join(x.strip() for x in sentences[s : s + WINDOW_SENTENCES])),
            label,
            source,
        )
        for s, label in chosen
    ]


class TopicIndex:
    """TF-IDF vectors of evidence texts, to find what is on a claim's topic without being its evidence."""

    def __init__(self, texts: Sequence[str]):
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.texts = list(dict.fromkeys(texts))
        self._row = {text: i for i, text in enumerate(self.texts)}
        self._vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english", dtype=np.float32)
        self._matrix = self._vectorizer.fit_transform(self.texts)

    def similar(self, claims: Sequence[str]) -> Any:
        """:return: float32 sparse (n_claims, n_texts) of cosines."""
        return self._vectorizer.transform(claims) @ self._matrix.T

    def cosine(self, text_a: str, text_b: str) -> float:
        """Cosine of two indexed texts."""
        product = self._matrix[self._row[text_a]] @ self._matrix[self._row[text_b]].T
        return float(product.sum())


def hard_neutrals(
    pairs: Sequence[TrainingPair], n: int, rng: random.Random, max_gold: float = 0.25, max_claim: float = 0.45
) -> list[TrainingPair]:
    """On-topic evidence that does not settle the claim.

    :param max_gold: highest cosine to the claim's own evidence; above it a text may be a revision of it.
    :param max_claim: highest cosine to the claim; above it a text may state the same fact.
    """
    index = TopicIndex([p.evidence for p in pairs])
    group_of = {p.evidence: p.group for p in pairs}
    sample = rng.sample(list(pairs), min(len(pairs), n * 2))
    made: list[TrainingPair] = []
    for start in range(0, len(sample), 512):
        batch = sample[start : start + 512]
        similar = index.similar([p.claim for p in batch]).tocsr()
        for i, pair in enumerate(batch):
            row = similar.getrow(i)
            for j in row.indices[np.argsort(-row.data)][:30]:
                text = index.texts[j]
                same_page = not pair.group or group_of[text] == pair.group
                if same_page and row[0, j] <= max_claim and index.cosine(text, pair.evidence) <= max_gold:
                    made.append(replace(pair, evidence=text, stance=Stance.NEUTRAL, source=pair.source + "+neutral"))
                    break
        if len(made) >= n:
            break
    return made[:n]


def in_windows(pairs: Sequence[TrainingPair], rng: random.Random, titled: float = 0.5) -> list[TrainingPair]:
    """Set evidence between one or two sentences of its own page, as a passage of the corpus would show it.

    Neighbours that share much vocabulary with the evidence or the claim are left out: on VitaminC they are other
    revisions of the same sentence and may carry the opposite figure, or settle what the pair leaves open.
    """
    by_group: dict[str, list[str]] = defaultdict(list)
    for pair in pairs:
        if pair.evidence not in by_group[pair.group]:
            by_group[pair.group].append(pair.evidence)
    made = []
    for pair in pairs:
        far = [t for t in by_group[pair.group] if _is_apart(t, pair)]
        rng.shuffle(far)
        around = far[: rng.randint(1, 2)] if pair.group else []
        text = " ".join([*around[:1], pair.evidence, *around[1:]] if rng.random() < 0.5 else [pair.evidence, *around])
        title = tidy(pair.group) if pair.group and rng.random() < titled else None
        made.append(replace(pair, evidence=present_evidence(title, text)))
    return made


def _is_apart(text: str, pair: TrainingPair) -> bool:
    """Whether a sentence of the pair's page neither words its evidence anew nor speaks of what it claims."""
    words = set(text.lower().split())
    claimed = set(pair.claim.lower().split()) - set(pair.group.lower().split())
    far_from_claim = len(words & claimed) <= 0.34 * max(1, len(claimed))
    return far_from_claim and _jaccard(words, set(pair.evidence.lower().split())) < 0.25


def _jaccard(a: set[str], b: set[str]) -> float:
    return len(a & b) / max(1, len(a | b))


def stance_dev_sets(data: Path) -> dict[str, list[TrainingPair]]:
    """What the model card reports; none of it is trained on."""
    rng = random.Random(0)
    loaders: dict[str, Callable[[], Iterable[TrainingPair]]] = {
        "vitaminc-held-out": lambda: [
            p for p in load_pairs(data / "pairs/vitaminc.jsonl.gz", "vitaminc") if is_held_out(p.group)
        ],
        "scifact-dev-gold": lambda: load_scifact(data / "scifact", "dev", rng, windows=False),
        "check-covid-dev": lambda: load_check_covid(data / "check_covid", "dev", rng, windows=False),
        "healthver-dev": lambda: load_pairs(data / "pairs/dev_only_healthver.jsonl.gz", "healthver"),
        "climate-fever": lambda: load_pairs(data / "pairs/climate_fever.jsonl.gz", "climate-fever"),
        "fm2-dev": lambda: load_pairs(data / "pairs/fm2_dev.jsonl.gz", "fm2"),
    }
    return {name: list(load()) for name, load in loaders.items()}
