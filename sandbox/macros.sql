-- How the tools write ids, times, amounts, names and phones: the words of exports.sql.
-- -1 stands for none; times are seconds since 1970, days are days since 1970, amounts are cents.

create temp macro ref(prefix, x, width) as
    case when x >= 0 then prefix || lpad(cast(x as varchar), width, '0') end;

create temp macro at_es(s) as
    case when s <> -1 then strftime(make_timestamp(s * 1000000), '%d/%m/%Y %H:%M') end;

create temp macro on_es(d) as
    case when d <> -1 then strftime(date '1970-01-01' + cast(d as int), '%d/%m/%Y') end;

create temp macro iso(s) as
    case when s <> -1 then strftime(make_timestamp(s * 1000000), '%Y-%m-%dT%H:%M:%SZ') end;

create temp macro stamp(s) as case when s <> -1 then make_timestamp(s * 1000000) end;

create temp macro euros(c) as
    case when c <> -1 then cast(cast(c as decimal(18, 0)) / 100 as decimal(18, 2)) end;

create temp macro money_es(c) as
    case when c <> -1 then translate(format('{:,.2f}', c / 100), ',.', '.,') end;

create temp macro whole_es(n) as replace(format('{:,}', n), ',', '.');

-- names: 36 first and 33 last names, picked by one number
create temp macro given(n) as first_name(n % 36);

create temp macro family(n) as last_name(n // 40 % 33);

create temp macro person(n) as given(n) || ' ' || family(n) || ' ' || last_name(n // 1400 % 33);

create temp macro email(n, id) as
    strip_accents(lower(given(n) || '.' || family(n))) || cast(id as varchar) || '@correo.example';

-- phones are E.164 digits; each writing is one that people use
create temp macro home_number(p) as substr(cast(p as varchar), 3);

create temp macro spaced(p) as
    substr(home_number(p), 1, 3) || ' ' || substr(home_number(p), 4, 3) || ' '
    || substr(home_number(p), 7);

create temp macro phone_es(p, w) as case
    when p <= 0 then null
    when w = 0 then '+' || p
    when w = 1 then '0034 ' || spaced(p)
    when w = 2 then spaced(p)
    when w = 3 then '(+34) ' || replace(spaced(p), ' ', '-')
    when w = 4 then home_number(p)
    else '+34 ' || spaced(p) || ' ext. ' || (p % 90 + 10)
end;

-- 0 is a caller who hides the number
create temp macro phone_pbx(p, w) as case
    when p = 0 and w % 2 = 0 then 'anonymous'
    when p = 0 then null
    when w = 0 then '+' || p
    when w = 1 then '00' || p
    when w = 2 then home_number(p)
    else spaced(p)
end;

-- from 9000 on: extensions that belong to nobody
create temp macro extension(u) as case
    when u >= 9000 then cast(u as varchar)
    when u >= 0 then cast(u + 2001 as varchar)
end;
