-- For members. Buyers ask cancellation_terms and quote_cancellation.
alter table app_public.cancellation_policies enable row level security;
alter table app_public.cancellation_policies force row level security;

drop policy if exists all_owner on app_public.cancellation_policies;
create policy all_owner on app_public.cancellation_policies
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.cancellation_policies;
create policy select_member on app_public.cancellation_policies
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('events.read')))
  );

revoke all on app_public.cancellation_policies from public;
grant select on app_public.cancellation_policies to lml_user;
