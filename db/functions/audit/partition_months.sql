create or replace function app_hidden.partition_months(table_name text)
returns table (month date)
language sql stable set search_path = ''
as $$
  select to_date(right(c.relname, 7), 'YYYY"m"MM')
  from pg_catalog.pg_inherits as i
  join pg_catalog.pg_class as c on c.oid = i.inhrelid
  where i.inhparent = to_regclass(format('app_public.%I', partition_months.table_name))
    and c.relname ~ '_y\d{4}m\d{2}$'
$$;

comment on function app_hidden.partition_months(text) is
  'The months for which a table has a partition, by their first day.';
