-- Staff who may answer disputes: evidence tells of buyers.
alter table app_public.dispute_responses enable row level security;
alter table app_public.dispute_responses force row level security;

drop policy if exists all_owner on app_public.dispute_responses;
create policy all_owner on app_public.dispute_responses
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.dispute_responses;
create policy select_member on app_public.dispute_responses
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('disputes.manage')))
  );

revoke all on app_public.dispute_responses from public;
grant select on app_public.dispute_responses to lml_user;
