-- Codes are for whom they are given to, and for those who give them.
alter table app_public.discount_codes enable row level security;
alter table app_public.discount_codes force row level security;

drop policy if exists all_owner on app_public.discount_codes;
create policy all_owner on app_public.discount_codes
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.discount_codes;
create policy select_member on app_public.discount_codes
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.manage')))
  );

drop policy if exists select_member_of_venue on app_public.discount_codes;
create policy select_member_of_venue on app_public.discount_codes
  for select to lml_user
  using (event_id in (select app_hidden.permitted_event_ids('events.manage')));

revoke all on app_public.discount_codes from public;
grant select on app_public.discount_codes to lml_user;
