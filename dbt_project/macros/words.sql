{# A word as it is compared: without case, accents, blanks, underscores and hyphens. `No show` and `no_show` are one. #}
{% macro folded_word(text) -%}
    {{ adapter.dispatch('folded_word', 'embudo')(text) }}
{%- endmacro %}

{% macro default__folded_word(text) -%}
    {{ regexp_replace_all("lower(strip_accents(" ~ text ~ "))", "[\\s_\\-\\x{2010}-\\x{2015}\\x{00A0}\\x{2009}\\x{202F}\\x{200B}-\\x{200F}\\x{FEFF}]+", "") }}
{%- endmacro %}

{% macro spark__folded_word(text) -%}
    {{ regexp_replace_all("translate(lower(" ~ text ~ "), 'áàâäãåéèêëíìîïóòôöõúùûüñç', 'aaaaaaeeeeiiiiooooouuuunc')", "[\\s_\\-\\x{2010}-\\x{2015}\\x{00A0}\\x{2009}\\x{202F}\\x{200B}-\\x{200F}\\x{FEFF}]+", "") }}
{%- endmacro %}

{# A word in the spelling of a seed's column, where the seed has it; any other as it stands. #}
{% macro known_spelling(text, seed, column) -%}
    coalesce(
            (
                select min(known.{{ column }}) from {{ ref(seed) }} as known
                where {{ folded_word('known.' ~ column) }} = {{ folded_word(text) }}
            ),
            {{ text }}
        )
{%- endmacro %}

{# The rows of a seed, one per word of `column`: of two spellings of one word the first counts. `also` are further columns
   of the key. `word` is what to compare. #}
{% macro words_of(seed, column, also=[]) -%}
    select * from (
        select
            *,
            {{ folded_word(column) }} as word,
            row_number() over (
                partition by {{ folded_word(column) }}{% for one in also %}, {{ folded_word(one) }}{% endfor %}
                order by {{ ([column] + also) | join(', ') }}
            ) as word_rank
        from {{ ref(seed) }}
    ) as ranked_words
    where word_rank = 1
{%- endmacro %}
