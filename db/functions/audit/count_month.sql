-- Through the parent: a partition shows its rows to nobody who names it.
create or replace function app_private.count_month(table_name text, month date)
returns bigint
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_count bigint;
begin
  execute format(
    'select count(*) from app_public.%1$I where %2$I >= %3$L and %2$I < %4$L',
    count_month.table_name,
    (
      select a.attname
      from pg_catalog.pg_partitioned_table as p
      join pg_catalog.pg_attribute as a on a.attrelid = p.partrelid and a.attnum = p.partattrs[0]
      where p.partrelid = format('app_public.%I', count_month.table_name)::regclass
    ),
    count_month.month::timestamp at time zone 'UTC',
    (count_month.month + interval '1 month') at time zone 'UTC'
  ) into v_count;
  return v_count;
end
$$;

comment on function app_private.count_month(text, date) is
  'How many rows a partitioned table has of a month.';
