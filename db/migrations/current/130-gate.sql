-- Whoever chose a date while its move was on its way saw the old one: they are told, too.

alter table app_private.performance_notices
  add column if not exists known_from timestamptz;
update app_private.performance_notices as n set known_from = n.created_at
where n.known_from is null;
alter table app_private.performance_notices
  alter column known_from set default now(),
  alter column known_from set not null;
comment on column app_private.performance_notices.known_from is
  'When it was committed: until then, everybody saw the old date.';

drop function if exists app_private.readmit_holders(app_public.performances);
