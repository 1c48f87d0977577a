create table app_private.planted_table (id uuid primary key, planted_column text);
create table app_public.harmless_table (
  id uuid primary key, created_at timestamptz, amount_cents bigint, name text, note text, key text
);
create table app_public.planted_unreachable (id uuid primary key, name text);
alter view app_private.declared_classes rename to declared_before;
create view app_private.declared_classes as
select * from app_private.declared_before
union all
select
  d.relation, d.column_name, d.class::app_private.data_class,
  d.on_erasure::app_private.erasure_action, d.note
from (values
  ('app_public.users', 'planted_gone', 'internal', null, null),
  ('app_public.harmless_table', 'name', 'internal', null, null),
  ('app_public.harmless_table', 'note', 'personal', 'keep', 'A reason.'),
  ('app_public.harmless_table', 'key', 'secret', null, null),
  ('app_public.planted_unreachable', 'name', 'personal', 'anonymize', 'null')
) as d (relation, column_name, class, on_erasure, note);
-- What is classified reads what is declared now.
do $do$
begin
  execute replace(
    'create or replace view app_private.column_classes as '
      || pg_get_viewdef('app_private.column_classes'::regclass),
    'declared_before', 'declared_classes'
  );
end
$do$;
