{# What contact data becomes where it leaves the private warehouse: HMAC-SHA256 of a normalised value (an e-mail trimmed and
   in lower case, a phone in E.164), 64 hex digits. The key stands in no SQL and no artifact: the connection has its two
   pads as variables (`orchestration/transformation/plugins.py`). Without a key they are null, and so is this. #}
{% macro keyed_hash(text) -%}
    {{ return(adapter.dispatch('keyed_hash', 'embudo')(text)) }}
{%- endmacro %}

{% macro default__keyed_hash(text) -%}
    sha256(
        getvariable('embudo_outer_pad')
        || unhex(sha256(getvariable('embudo_inner_pad') || encode({{ text }})))
    )
{%- endmacro %}

{# An id as keys show it: as it is, or 32 digits of its keyed hash where it is or holds an e-mail or a phone, in any usual
   spelling; where it is that of a person, two words are hashed too, since they may be a name. The same id gives the same
   text everywhere, so that joins and counts stay what they are. Without a key nothing is hashed, and gate 3 refuses
   addresses. `national_number` is a regular expression for numbers without a prefix (the var of that name). #}
{% macro public_id(id, of_person=false) -%}
    {{ return(adapter.dispatch('public_id', 'embudo')(id, of_person, "'" ~ var('national_number') ~ "'")) }}
{%- endmacro %}

{% macro default__public_id(id, of_person, national_number) -%}
    case
        when (length({{ id }}) >= {{ 5 if of_person else 9 }} or contains({{ id }}, '@')) and regexp_matches(
            {{ id }},
            '@|%40|[(\[{]\s*(?:at|arroba)\s*[)\]}]|\s(?:at|arroba)\s'
            || '|[+][ (]*[1-9](?:[ ().\-/]*[0-9]){6,}|(?:^|[^0-9A-Za-z])(?:' || {{ national_number }}
            || '|[(]?[0-9]{2,3}[)]?[ ./-]{1,2}[0-9]{3}[ ./-]{1,2}[0-9]{3,4}'
            || '|[(]?[0-9]{2,3}[)]?(?:[ ./-]{1,2}[0-9]{2,3}){3,4}|[(]?[0-9]{2,3}[)]?[ -]{1,2}[0-9]{6,7}'
            || ')(?:[^0-9A-Za-z]|$)'
            {%- if of_person %}
            || '|[\p{L}]{2,}[\s,]+[\p{L}]{2,}'
            {%- endif %}
        )
            then coalesce('h_' || left({{ keyed_hash(id) if adapter is defined else default__keyed_hash(id) }}, 32), {{ id }})
        else {{ id }}
    end
{%- endmacro %}
