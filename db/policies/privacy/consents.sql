-- One's own, and those of an organization's customers for whoever answers for them.
alter table app_public.consents enable row level security;
alter table app_public.consents force row level security;

drop policy if exists all_owner on app_public.consents;
create policy all_owner on app_public.consents
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_own on app_public.consents;
create policy select_own on app_public.consents
  for select to lml_user
  using (user_id = (select app_hidden.current_user_id()));

drop policy if exists select_member on app_public.consents;
create policy select_member on app_public.consents
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('privacy.manage')))
  );

revoke all on app_public.consents from public;
grant select on app_public.consents to lml_user;
