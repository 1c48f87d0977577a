create or replace function app_hidden.partition_name(table_name text, month date)
returns text
language sql immutable set search_path = ''
as $$
  select partition_name.table_name || to_char(partition_name.month, '"_y"YYYY"m"MM')
$$;

comment on function app_hidden.partition_name(text, date) is
  'What the partition of a month is called: audit_log_y2030m01.';
