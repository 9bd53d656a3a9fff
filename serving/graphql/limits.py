"""What a GraphQL document may ask for, checked before it is validated: depth, number of fields, operations.

Fields of fragments count wherever they are spread, so that nested fragments cannot multiply unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from serving.errors import Refusal

MAX_TOKENS = 4_000
MAX_DEPTH = 16
MAX_FIELDS = 400
MAX_ROOT_FIELDS = 8
"""Each may be a query of its own; aliases would repeat one."""
MAX_INTROSPECTION_LISTS = 3
"""Lists of the schema inside each other: their answer grows by the power."""

_INTROSPECTION_LISTS = ("fields", "types", "inputFields", "interfaces", "possibleTypes")


class DocumentTooLarge(Refusal):
    """A document that asks for too much, or cannot be read."""

    code = "graphql_refused"


def read_document(text: str) -> DocumentNode:
    """The syntax tree of a document within the limits; raises `DocumentTooLarge` for any other."""
    try:
        document = parse(text, no_location=True, max_tokens=MAX_TOKENS)
    except GraphQLError as error:
        raise DocumentTooLarge(f"The GraphQL document cannot be read: {error.message}") from error
    except RecursionError as error:
        raise DocumentTooLarge(_too("deep", MAX_DEPTH, "levels")) from error
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            _check(node.selection_set, fragments)
    return document


def _check(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
    roots = 0
    found = _fields(selections, fragments, depth=1, lists=0, within=())
    for count, (depth, lists) in enumerate(found, start=1):
        roots += depth == 1
        if depth > MAX_DEPTH:
            raise DocumentTooLarge(_too("deep", MAX_DEPTH, "levels"))
        if count > MAX_FIELDS:
            raise DocumentTooLarge(_too("large", MAX_FIELDS, "fields, those of fragments included"))
        if roots > MAX_ROOT_FIELDS:
            raise DocumentTooLarge(_too("broad", MAX_ROOT_FIELDS, "operations at a time"))
        if lists > MAX_INTROSPECTION_LISTS:
            raise DocumentTooLarge(
                _too("deep", MAX_INTROSPECTION_LISTS, "lists of the schema inside each other")
            )


def _fields(
    selections: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    *,
    depth: int,
    lists: int,
    within: tuple[str, ...],
) -> Iterator[tuple[int, int]]:
    """Depth of each field, and how many lists of the schema it stands in."""
    if depth > MAX_DEPTH + 1 or len(within) > MAX_DEPTH:
        yield depth + MAX_DEPTH, lists
        return
    for node in selections.selections:
        if isinstance(node, FieldNode):
            inside = lists + (node.name.value in _INTROSPECTION_LISTS)
            yield depth, inside
            if node.selection_set:
                yield from _fields(
                    node.selection_set, fragments, depth=depth + 1, lists=inside, within=within
                )
        elif isinstance(node, InlineFragmentNode):
            yield from _fields(
                node.selection_set, fragments, depth=depth, lists=lists, within=(*within, "")
            )
        elif isinstance(node, FragmentSpreadNode):
            name = node.name.value
            # A fragment inside itself is the validation's to refuse.
            if name in fragments and name not in within:
                yield from _fields(
                    fragments[name].selection_set,
                    fragments,
                    depth=depth,
                    lists=lists,
                    within=(*within, name),
                )


def _too(word: str, most: int, what: str) -> str:
    return f"The GraphQL document is too {word}: expected at most {most} {what}. Split it."
