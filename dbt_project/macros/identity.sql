{# Phone numbers become E.164 (`+34600111222`) in two steps, so that the costly one is done once per row:

    select {{ dialled('phone') }} as dialled … then … {{ e164('dialled', 'codes') }} as phone_e164

   `dialled` keeps the digits and a leading plus (00 is one) and cuts extensions off: `ext 12`, `x12`, `;ext=12`, `#12`;
   so it does with the `.0` that spreadsheets put behind numbers. #}
{% macro dialled(phone) -%}
    {%- set bare = regexp_replace_all("lower(" ~ phone ~ ")", "(;|ext|x|#).*$|[(]0[)]|[.]0$", "") -%}
    regexp_replace({{ regexp_replace_all(bare, "[^0-9+]", "") }}, '^00', '+')
{%- endmacro %}

{# A dialled number in E.164, or null where it cannot be one. A national number gets the calling code in place of its
   trunk prefix. `codes` is the alias of a row of the seed `calling_codes`: the number's own country or the default. A
   number of that country which is shorter than its numbers are, or longer where all are of one length, is none. #}
{% macro e164(dialled, codes='codes') -%}
    {%- set code = codes ~ ".calling_code" -%}
    {%- set number -%}
        (case
            when {{ dialled }} like '+%' then substr({{ dialled }}, 2)
            when length({{ dialled }}) = length({{ code }}) + {{ codes }}.national_digits
                and {{ dialled }} like {{ code }} || '%'
                then {{ dialled }}
            when length({{ dialled }}) < 7 then ''
            when {{ codes }}.trunk_prefix <> '' and {{ dialled }} like {{ codes }}.trunk_prefix || '%'
                then {{ code }} || substr({{ dialled }}, length({{ codes }}.trunk_prefix) + 1)
            else {{ code }} || {{ dialled }}
        end)
    {%- endset -%}
    {%- set digits = "(length(" ~ number ~ ") - length(" ~ code ~ "))" -%}
    {%- set least = codes ~ ".least_national_digits" -%}
    case
        when length({{ number }}) not between 8 and 15 or {{ number }} like '0%' or {{ number }} like '%+%' then null
        when {{ number }} like {{ code }} || '%' and (
            {{ digits }} < {{ least }}
            or ({{ least }} = {{ codes }}.national_digits and {{ digits }} <> {{ least }})
        ) then null
        else '+' || {{ number }}
    end
{%- endmacro %}

{# An e-mail address as it is compared: trimmed and in lower case; null where it is none. #}
{% macro normalised_email(email) -%}
    case when {{ email }} like '%_@_%' then lower(trim({{ email }})) end
{%- endmacro %}
