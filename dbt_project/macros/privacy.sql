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
