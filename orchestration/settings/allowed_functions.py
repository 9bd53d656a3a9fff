"""Functions of DuckDB that an expression of `embudo.yml` may call: scalar, and decided by their arguments alone.

None reads a clock, a setting, a variable, a file or another row, and none is random: the same file gives the same
rows at each reading. Checking expressions belongs to `expressions`.
"""

from __future__ import annotations

_OPERATORS = "% & && * ** + - ->> / // << <-> <@ <=> >> @ @> ^ ^@ | || ~ ~~ ~~* ~~~ !~~ !~~* "

_TEXT = """
ascii base64 bar bit_length char_length character_length chr concat concat_ws contains damerau_levenshtein editdist3
ends_with encode decode format from_base64 from_hex unhex hamming hex instr jaccard jaro_similarity
jaro_winkler_similarity lcase left left_grapheme len length length_grapheme levenshtein like_escape not_like_escape
ilike_escape not_ilike_escape lower lpad ltrim md5 mismatches nfc_normalize octet_length ord parse_dirname
parse_dirpath parse_filename parse_path position prefix printf regexp_escape regexp_extract regexp_extract_all
regexp_full_match regexp_matches regexp_replace regexp_split_to_array repeat replace reverse right right_grapheme rpad
rtrim sha1 sha256 split split_part starts_with str_split str_split_regex string_split string_split_regex
string_to_array strip_accents strlen strpos substr substring substring_grapheme suffix to_base to_base64 to_hex
translate trim ucase unicode upper url_decode url_encode
"""

_NUMBERS = """
abs acos add asin atan atan2 cbrt ceil ceiling cos cot degrees divide even exp factorial fdiv floor fmod gcd
greatest_common_divisor isfinite isinf isnan lcm least_common_multiple ln log log10 log2 mod multiply pi pow power
radians round round_even roundbankers sign signbit sin sqrt subtract tan trunc xor
"""

_TIMES = """
century date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname dayofmonth
dayofweek dayofyear days_in_month decade epoch epoch_ms epoch_ns epoch_us era hour isodow isoyear julian last_day
make_date make_time make_timestamp make_timestamp_ms make_timestamptz microsecond millennium millisecond minute month
monthname nanosecond quarter second strftime strptime time_bucket timezone timezone_hour timezone_minute to_centuries
to_days to_decades to_hours to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds
to_timestamp to_weeks to_years try_strptime week weekday weekofyear year yearweek
"""

_NESTED = """
apply array_append array_apply array_concat array_contains array_distinct array_extract array_filter array_has
array_has_all array_has_any array_indexof array_intersect array_length array_position array_prepend array_reduce
array_reverse array_slice array_sort array_to_string array_transform array_unique array_value cardinality element_at
filter flatten from_json json json_array json_array_length json_contains json_exists json_extract json_extract_path
json_extract_path_text json_extract_string json_keys json_merge_patch json_object json_pretty json_quote json_structure
json_transform json_type json_valid json_value list_append list_apply list_avg list_bool_and list_bool_or list_concat
list_contains list_count list_distinct list_element list_extract list_filter list_first list_has list_has_all
list_has_any list_indexof list_intersect list_last list_max list_median list_min list_mode list_position list_prepend
list_product list_reduce list_resize list_reverse list_reverse_sort list_select list_slice list_sort list_string_agg
list_sum list_transform list_unique list_value list_where list_zip map map_contains map_entries map_extract
map_extract_value map_from_entries map_keys map_values reduce row struct_extract struct_extract_at struct_insert
struct_keys struct_pack struct_values to_json
"""

_ANY = "coalesce constant_or_null greatest ifnull least nullif typeof"

_OWN = "date_text digits duration_seconds salesforce_id18 time_text unaccent"
"""Macros of `core.duckdb_session` for what spreadsheets and telephones write, of `core.repair_macros` for ids."""

ALLOWED_FUNCTIONS = frozenset(
    " ".join((_OPERATORS, _TEXT, _NUMBERS, _TIMES, _NESTED, _ANY, _OWN)).split()
)

ALLOWED_CLASSES = frozenset(
    {
        "BETWEEN",
        "CASE",
        "CAST",
        "COLLATE",
        "COLUMN_REF",
        "COMPARISON",
        "CONJUNCTION",
        "CONSTANT",
        "FUNCTION",
        "LAMBDA",
        "LAMBDA_REF",
        "OPERATOR",
    }
)
"""Nodes of DuckDB's parse tree that an expression may have."""

CLOCK = frozenset(
    {
        "current_date",
        "current_time",
        "current_timestamp",
        "get_current_time",
        "localtime",
        "localtimestamp",
    }
)
"""Names that DuckDB reads as the clock where no column is called so."""
