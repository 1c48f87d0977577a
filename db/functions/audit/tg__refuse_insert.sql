-- On the partitions of months that are closed.
create or replace function app_hidden.tg__refuse_insert()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise exception '% is closed.', tg_table_name
    using errcode = 'LMAPP', hint = 'History is written as it happens.';
end
$$;

comment on function app_hidden.tg__refuse_insert() is 'Raises LMAPP.';
