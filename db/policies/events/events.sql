-- What is published is public; drafts are for members. Every column but the share of the platform
-- may be read, those that came later, too: this file runs again with each of them.
alter table app_public.events enable row level security;
alter table app_public.events force row level security;

drop policy if exists all_owner on app_public.events;
create policy all_owner on app_public.events
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.events;
create policy select_public on app_public.events
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.events;
create policy select_member on app_public.events
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

drop policy if exists select_member_of_venue on app_public.events;
create policy select_member_of_venue on app_public.events
  for select to lml_user
  using (venue_id = any (array(select app_hidden.permitted_venue_ids('events.read'))));

drop policy if exists select_opened on app_public.events;
create policy select_opened on app_public.events
  for select to lml_anonymous, lml_user
  using (id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.events from public;
-- What the platform takes is between it and whoever sells: members ask event_commission. All other
-- columns are granted by name, because a table of its own would be opened by every hold.
revoke all on app_public.events from lml_anonymous, lml_user;
do $do$
begin
  execute (
    select format(
      'grant select (%s) on app_public.events to lml_anonymous, lml_user',
      string_agg(quote_ident(a.attname), ', ' order by a.attnum)
    )
    from pg_catalog.pg_attribute as a
    where a.attrelid = 'app_public.events'::regclass
      and a.attnum > 0 and not a.attisdropped and a.attname <> 'commission_percentage'
  );
end
$do$;
