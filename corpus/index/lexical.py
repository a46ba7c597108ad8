"""lexical/: BM25 over stemmed English words, in titles and in texts, with rare words weighed up."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpus.index.errors import CorpusWriteError, damaged

# A word that stands in the title and in the text is hardly more than one that stands in either: the lower of its two
# scores counts as this share beside the higher.
_SECOND_FIELD = 0.2
# BM25 weighs a word by its rarity (idf). Here it stands beside a search by meaning, which knows the common words of a
# subject better than names, numbers and terms, so rarity counts with the power 1.5: once in BM25, and this much more.
# With both, fused nDCG@10 on the SciFact train claims (whole abstracts) is 0.747, against 0.738 without either.
_EXTRA_RARITY = 0.5
# Words in more than a tenth of all passages ("of", "said", what the whole corpus is about) tell little, and reading
# their long lists is most of the work: 1.2 ms a claim without them, 4.0 ms with them, at 100,000 passages. nDCG@10 is
# 0.739 without and 0.736 with them on SciFact dev, 0.746 and 0.747 on train. A small corpus is searched by all words.
_COMMON_SHARE = 0.1
_COMMON_FROM = 2_000  # passages
_WRITER_BYTES = 100_000_000
# Words of removed passages go on counting in the scores until tantivy merges their segment. Up to this share of all
# passages that changes hardly a score; where it would be less than so many, building anew costs little and is exact.
_REMOVED_SHARE = 0.02
_REMOVED_AT_LEAST = 200


Rows = Iterable[tuple[int, str, str]]  # rowid, title, text


class LexicalIndex:
    """The words of all passages, found by passage rowid."""

    def __init__(self, index: Any) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()

    @staticmethod
    def build(folder: Path, rows: Rows) -> str:
        """Write an index of `rows`.

        :return: a SHA-256 over the folder's files.
        :raises OSError: where it cannot be written.
        """
        folder.mkdir()
        return _change(folder, [], rows)

    @staticmethod
    def extend(
        folder: Path, base: Path, sha256: str, removed: Sequence[int], added: Rows, n_passages: int
    ) -> str | None:
        """Write the index `base`, which stays as it is, less the `removed` rowids and with the `added` rows.

        :param sha256: over the files of `base`.
        :param n_passages: how many there are afterwards.
        :return: a SHA-256 over the new folder's files; None, with nothing written, where the index has to be built
            anew: the words of too many removed passages would count in its scores, or it is damaged.
        :raises OSError: where it cannot be written.
        """
        allowed = _REMOVED_SHARE * n_passages
        try:
            if _sha256(base) != sha256:
                return None
            n_removed = _n_removed(base) + len(removed)
        except OSError:
            return None
        if n_removed > (allowed if allowed >= _REMOVED_AT_LEAST else 0):
            return None
        shutil.copytree(base, folder, copy_function=_link, ignore=shutil.ignore_patterns(".tantivy*"))
        return _change(folder, removed, added)

    @classmethod
    def open(cls, folder: Path, n_passages: int, sha256: str) -> LexicalIndex:
        """Open the folder's index as it is now; later changes are not seen.

        :raises CorruptCorpusError: where it is not the index that was written.
        :raises CorpusWriteError: the folder may only be read, and no copy of it can be made.
        """
        _check_files(folder, sha256)
        try:
            opened = cls._open(folder)
        except (OSError, ValueError):  # its files are right: most likely tantivy's lock file cannot be made
            opened = cls._open_copy(folder, sha256)
        if opened._searcher.num_docs != n_passages:
            raise damaged(folder, f"it holds {opened._searcher.num_docs} passages, not {n_passages}")
        return opened

    @classmethod
    def _open(cls, folder: Path) -> LexicalIndex:
        import tantivy

        index = tantivy.Index.open(str(folder))
        index.config_reader(reload_policy="manual")
        return cls(index)

    @classmethod
    def _open_copy(cls, folder: Path, sha256: str) -> LexicalIndex:
        """Open by way of a copy, which stays mapped into memory after its files are gone."""
        try:
            with TemporaryDirectory(prefix="lexical-") as copy:
                for path in folder.glob("[!.]*"):  # without their permissions, or the copy might only be read too
                    shutil.copyfile(path, Path(copy) / path.name)
                return cls._open(Path(copy))
        except ValueError as error:
            raise damaged(folder, error) from error
        except OSError as error:
            _check_files(folder, sha256)  # a writer may have replaced them meanwhile
            raise CorpusWriteError(
                f"{folder} must be writable to be opened, or else be copied, which failed too ({error}); make it "
                "writable, or free space for temporary files"
            ) from error

    def search(self, texts: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        """For each text up to k (rowid, BM25 score), best first, ties by rowid; words are alternatives."""
        return [self._search_one(text, k) for text in texts]

    def _search_one(self, text: str, k: int) -> list[tuple[int, float]]:
        # The query is built from words, never parsed: quotes, colons and brackets in a claim mean nothing here.
        words = list(dict.fromkeys(_analyzer().analyze(text)))
        k = min(k, self._searcher.num_docs)
        if not words or k < 1:
            return []
        hits = self._searcher.search(self._query(self._telling(words)), k, count=False).hits
        rowids = self._searcher.fast_field_values("rowid", [address for _, address in hits])
        return sorted(((rowid, score) for rowid, (score, _) in zip(rowids, hits, strict=True)), key=_best_first)

    def _query(self, words: Mapping[str, int]) -> Any:
        from tantivy import Occur, Query

        def anywhere(word: str, n_with: int) -> Any:
            fields = [Query.term_query(self._schema, field, word, "freq") for field in ("text", "title")]
            return Query.boost_query(Query.disjunction_max_query(fields, _SECOND_FIELD), self._rarity(n_with))

        return Query.boolean_query([(Occur.Should, anywhere(word, n_with)) for word, n_with in words.items()])

    def _telling(self, words: Sequence[str]) -> dict[str, int]:
        """The words that are not too common, or all where all are, each with the number of passages that have it."""
        n_with = {word: self._searcher.doc_freq("text", word) for word in words}
        most = max(_COMMON_FROM, _COMMON_SHARE * self._searcher.num_docs)
        return {word: n for word, n in n_with.items() if n <= most} or n_with

    def _rarity(self, n_with: int) -> float:
        """The weight of a word on top of BM25's own, by the number of passages whose text has it."""
        n_without = max(0, self._searcher.num_docs - n_with)  # removed passages may still count among those with it
        idf = math.log1p((n_without + 0.5) / (n_with + 0.5))
        return float(idf**_EXTRA_RARITY)


def _change(folder: Path, removed: Sequence[int], added: Rows) -> str:
    """Take passages out of the folder's index and put others in."""
    import tantivy

    try:
        index = tantivy.Index(_schema(), path=str(folder))
        # One thread, so that the same passages give the same index.
        writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)
        for rowid in removed:
            writer.delete_documents_by_term("rowid", rowid)
        for rowid, title, text in added:
            writer.add_document(tantivy.Document(rowid=rowid, title=title, text=text))
        writer.commit()
        writer.wait_merging_threads()
    except ValueError as error:  # how tantivy reports a full disk
        raise OSError(f"{folder} could not be written: {error}") from error
    return _sha256(folder)


def _link(source: str, target: str) -> None:
    """Give a file of a segment, which tantivy writes once, a second name; copy the lists of segments."""
    if not source.endswith(".json"):
        try:
            os.link(source, target)
            return
        except OSError:  # not every file system can
            pass
    shutil.copy2(source, target)


def _n_removed(folder: Path) -> int:
    """How many removed passages still count in the scores."""
    segments = json.loads((folder / "meta.json").read_text("utf-8"))["segments"]
    return sum((segment["deletes"] or {}).get("num_deleted_docs", 0) for segment in segments)


def _best_first(hit: tuple[int, float]) -> tuple[float, int]:
    return -hit[1], hit[0]


def _schema() -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_integer_field("rowid", indexed=True, fast=True)  # indexed, to be removed by it
    builder.add_text_field("title", tokenizer_name="en_stem", index_option="freq")
    builder.add_text_field("text", tokenizer_name="en_stem", index_option="freq")
    return builder.build()


@lru_cache(maxsize=1)
def _analyzer() -> Any:
    """The steps of tantivy's `en_stem`, for queries."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(40)).filter(Filter.lowercase())
    return builder.filter(Filter.stemmer("english")).build()


def _check_files(folder: Path, sha256: str) -> None:
    try:
        found = _sha256(folder)
    except OSError as error:
        raise damaged(folder, error) from error
    if found != sha256:
        raise damaged(folder, "its files are not those that were written")


def _sha256(folder: Path) -> str:
    """Over the names and contents of the index files, which tantivy never changes in place."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if not path.name.startswith("."):
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
