"""Does every query that is made have the composite index that Firestore will ask for? The test server never asks.

The rule, from "Index types in Cloud Firestore": equalities alone are answered by the single-field indexes; with an
order, a range or `array-contains` there must be an index of the fields compared for equality, in any order, followed by
those ordered by, or several such indexes that name all of those fields between them, which Firestore merges. `in`
counts as equality.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.types import StructuredQuery

DECLARED = Path(__file__).parents[2] / "firestore.indexes.json"
_EQUAL = (StructuredQuery.FieldFilter.Operator.EQUAL, StructuredQuery.FieldFilter.Operator.IN)

_KINDS = {StructuredQuery.FieldFilter.Operator.ARRAY_CONTAINS: "CONTAINS"}


def declared(path: Path = DECLARED) -> dict:
    return json.loads(path.read_text())


def missing(query: StructuredQuery, indexes: dict) -> str | None:
    """What the query lacks among `indexes` (as in firestore.indexes.json), in words, or None."""
    collection = query.from_[0].collection_id
    filters = [part.field_filter for part in query.where.composite_filter.filters] or [query.where.field_filter]
    compared = [(part.field.field_path, part.op) for part in filters if part.field.field_path]
    equal = {field for field, operator in compared if operator in _EQUAL}
    ordered = [(order.field.field_path, order.direction.name) for order in query.order_by]
    ordered = ordered or [(field, _KINDS.get(op, "ASCENDING")) for field, op in compared if op not in _EQUAL]
    exempt = {entry["fieldPath"] for entry in indexes["fieldOverrides"] if entry["collectionGroup"] == collection}
    if len(equal) + len(ordered) <= 1 or not ordered:
        asked = equal | {field for field, _ in ordered}
        lacking = asked if "*" in exempt else asked & exempt
        return f"{collection}: {lacking} is exempt from indexing" if lacking else None
    named = set()
    for index in indexes["indexes"]:
        fields = [(field["fieldPath"], field.get("order") or field["arrayConfig"]) for field in index["fields"]]
        leading, rest = fields[: -len(ordered)], fields[-len(ordered) :]
        if index["collectionGroup"] == collection and rest == ordered and {field for field, _ in leading} <= equal:
            named |= {field for field, _ in leading}
    if named == equal:
        return None
    return f"{collection}: no index of {sorted(equal)} and then {ordered}"


@contextmanager
def every_query_has_its_index() -> Iterator[None]:
    """Look at each query that the block makes, those that only count included."""
    indexes, lacking = declared(), set()
    run_query, count = FirestoreClient.run_query, FirestoreClient.run_aggregation_query

    def looked_at(client, request, **more):
        lacking.add(missing(request["structured_query"], indexes))
        return run_query(client, request, **more)

    def counted(client, request, **more):
        lacking.add(missing(request["structured_aggregation_query"].structured_query, indexes))
        return count(client, request, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FirestoreClient, "run_query", looked_at)
        patch.setattr(FirestoreClient, "run_aggregation_query", counted)
        yield
    lacking.discard(None)
    assert not lacking, f"firestore.indexes.json lacks something: {lacking}"
