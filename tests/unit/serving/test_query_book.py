"""Created queries: a caller's own, for a while, within a bound."""

from __future__ import annotations

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.request import QueryRequest
from serving.query_book import QueryBook, StoredAnswer
from serving.server import Server


@pytest.fixture
def answer(server: Server) -> StoredAnswer:
    with server.service.pool.lease() as layer:
        result = layer.query(QueryRequest(metrics=("revenue",)))
    return StoredAnswer(table=result.table, sql=result.sql, trust=result.trust)


def test_found_by_its_caller_for_ten_minutes(answer: StoredAnswer) -> None:
    now = [0.0]
    book = QueryBook(clock=lambda: now[0])
    query = book.add("a", answer=answer)
    assert book.find(query.query_id, "a") is query
    for query_id, caller in ((query.query_id, "b"), ("x", "a")):
        with pytest.raises(QueryInvalid, match="There is no query"):
            book.find(query_id, caller)
    now[0] = 601.0
    with pytest.raises(QueryInvalid):
        book.find(query.query_id, "a")


def test_the_oldest_make_room() -> None:
    book = QueryBook()
    ids = [book.add("a", error="no").query_id for _ in range(501)]
    with pytest.raises(QueryInvalid):
        book.find(ids[0], "a")
    assert book.find(ids[1], "a").error == "no"


def test_answers_of_removed_releases_are_forgotten(answer: StoredAnswer) -> None:
    book = QueryBook()
    kept, failed = book.add("a", answer=answer), book.add("a", error="no")
    book.drop_releases(frozenset({answer.trust.release_id}))
    assert book.find(kept.query_id, "a") is kept
    book.drop_releases(frozenset())
    with pytest.raises(QueryInvalid):
        book.find(kept.query_id, "a")
    assert book.find(failed.query_id, "a") is failed


def test_cancelled() -> None:
    book = QueryBook()
    query = book.add("a", error="no")
    with pytest.raises(QueryInvalid):
        book.cancel(query.query_id, "b")
    assert book.cancel(query.query_id, "a") is query
    with pytest.raises(QueryInvalid):
        book.find(query.query_id, "a")
