"""Every hash that a text may be found by: its e-mails, phones and names in all usual spellings, in SQL of DuckDB.

Of persons who were erased only keyed hashes are kept, so a text is taken apart, each part normalised and hashed. How
spellings look to readers of clear text belongs to `spellings`; what is done where a hash is known, to `suppression`.
"""

from __future__ import annotations

from orchestration.privacy.addresses import codes_sql, email_sql, hash_sql, phone_sql
from orchestration.privacy.spellings import folded_words_sql
from orchestration.settings.phone_numbers import national_shape

NAME_SIZES = "embudo_name_sizes"
"""A variable of the connection: how many words the erased names have."""

_APART = r"""\s"',;:<>|()\[\]{}=/?&\\"""
_EMAILS = rf"[^{_APART}@]+@[^{_APART}@]+"
_EMAIL_ALONE = r"[A-Za-z0-9._-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
"""The most frequent spelling, which needs no taking apart."""
_ENTITIES = r"&lt;|&gt;|&quot;|%3c|%3e|%20|%22|%2c|%3b"
_SURE_AT = r"\s*(?:@|＠|%40|&#0*64;|\\u0040|[(\[{<]\s*(?:at|arroba)\s*[)\]}>])\s*"
_ANY_AT = rf"{_SURE_AT}|\s+(?:at|arroba)\s+"
_DOTS = r"\s*[(\[{]\s*(?:dot|punto)\s*[)\]}]\s*|\s+(?:dot|punto)\s+|%2e"
_MAY_BE_EMAIL = r"[@＠]|%40|&#0*64;|\\u0040|\W(?:at|arroba)\W"
_MAY_BE_PHONE = r"[0-9](?:[^0-9A-Za-z]{0,3}[0-9]){6}"
_PHONES = (
    r"[+(]{0,2}[0-9(][0-9 ().\-/\x{00A0}\x{202F}]{5,38}[0-9]",
    r"\+?[0-9][0-9().\-/]{6,}[0-9]",
)


def is_known_sql(text: str, *, country: str) -> str:
    """Whether an e-mail, a phone or a name of an erased person stands in a text; never null."""
    lists = (_emails(text), _phones(text, country), _names(text))
    return (
        "("
        + " or ".join(
            f"coalesce(list_has_any({hashes}, getvariable('embudo_tombstones')), false)"
            for hashes in lists
        )
        + ")"
    )


def name_hash(size: int | str, digest: str) -> str:
    """A name's hash, which says how many words it has: only runs of as many are hashed."""
    return f"n{size}-{digest}"


def name_size(hashed: str) -> int | None:
    """How many words a hash of `name_hash` stands for; None for another."""
    size, dash, _ = hashed.partition("-")
    return int(size[1:]) if dash and size[:1] == "n" and size[1:].isdigit() else None


def _quoted(pattern: str) -> str:
    return "'" + pattern.replace("'", "''") + "'"


def _replaced(text: str, pattern: str, by: str) -> str:
    return f"regexp_replace({text}, {_quoted(pattern)}, {_quoted(by)}, 'g')"


def _emails(text: str) -> str:
    plain = _replaced(f"lower({text})", _ENTITIES, " ")
    sure = _replaced(plain, _SURE_AT, "@")
    spelled = _replaced(_replaced(plain, _ANY_AT, "@"), _DOTS, ".")
    tight = _replaced(spelled, r"\s*\.\s*", ".")
    found = " || ".join(
        [f"regexp_extract_all({one}, {_quoted(_EMAILS)})" for one in (sure, spelled, tight)]
        + [f"[{_replaced(spelled, chr(92) + 's', '')}]"]
    )
    hashed = hash_sql(f"'email/' || {email_sql('address')}")
    bare = "trim(match, '.')"
    tagless = f"regexp_replace({bare}, '\\+[^@]*@', '@')"
    both = f"flatten(list_transform({found}, lambda match: [{bare}, {tagless}]))"
    hashes = f"list_transform(list_distinct({both}), lambda address: {hashed})"
    alone = hash_sql(f"'email/' || lower({text})")
    return (
        f"case when regexp_full_match({text}, {_quoted(_EMAIL_ALONE)}) then [{alone}] "
        f"when regexp_matches(lower({text}), {_quoted(_MAY_BE_EMAIL)}) then {hashes} end"
    )


def _phones(text: str, country: str) -> str:
    spelled = hash_sql(f"'phone/' || {phone_sql('match', codes_sql(None, country))}")
    found = [f"regexp_extract_all({text}, {_quoted(pattern)})" for pattern in _PHONES]
    shape = national_shape(country)
    if shape is None:
        hashes = [f"list_transform({one}, lambda match: {spelled})" for one in found]
    else:
        code, digits = shape
        foreign = (
            "list_filter({}, lambda match: regexp_matches(match, '^[(]*(?:[+]|00)') "
            f"and not regexp_matches(match, '^[(]*(?:[+]|00)[ (]*{code}'))"
        )
        hashes = [
            f"list_transform({foreign.format(one)}, lambda match: {spelled})" for one in found
        ]
        hashes.append(_national(found[0], code, digits))
    return (
        f"case when regexp_matches({text}, {_quoted(_MAY_BE_PHONE)}) then {' || '.join(hashes)} end"
    )


def _national(runs: str, code: str, digits: int) -> str:
    """Hashes of the numbers of the country that runs of digits may be, whatever stands between and around: the end of a
    bare run, any part of one with several numbers.
    """
    bare = "regexp_replace(run, '[^0-9]', '', 'g')"
    starts = f"range(1, length({bare}) - {digits - 2})"
    parts = f"list_transform({starts}, lambda start: substr({bare}, start, {digits}))"
    is_bare = "length(run) <= 15 and regexp_full_match(run, '[+(]*[0-9]+')"
    each = f"case when {is_bare} then [right(run, {digits})] else {parts} end"
    numbers = f"flatten(list_transform({runs}, lambda run: {each}))"
    hashed = hash_sql(f"'phone/+{code}' || number")
    return f"list_transform({numbers}, lambda number: {hashed})"


def _names(text: str) -> str:
    hashed = hash_sql("'name/' || array_to_string(words[start:start + size - 1], ' ')")
    run = f"'n' || size || '-' || {hashed}"
    each = f"list_transform(range(1, len(words) - size + 2), lambda start: {run})"
    sizes = f"coalesce(getvariable('{NAME_SIZES}'), [])"
    hashes = (
        f"list_transform([{folded_words_sql(text)}], lambda words: "
        f"flatten(list_transform({sizes}, lambda size: {each})))[1]"
    )
    return f"case when len({sizes}) > 0 then {hashes} end"
