create or replace function app_hidden.tg__set_updated_at()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

comment on function app_hidden.tg__set_updated_at() is 'Keeps updated_at true.';

do $do$
declare
  v_table regclass;
begin
  for v_table in
    select a.attrelid
    from pg_catalog.pg_attribute as a
    join pg_catalog.pg_class as c on c.oid = a.attrelid and c.relkind in ('r', 'p')
    where a.attname = 'updated_at'
      and c.relnamespace = 'app_public'::regnamespace
      and not c.relispartition
  loop
    execute format(
      'create or replace trigger _100_set_updated_at before update on %s '
      'for each row execute function app_hidden.tg__set_updated_at()',
      v_table
    );
  end loop;
end
$do$;
