-- Members who may see risks; never the buyer.
alter table app_public.risk_assessments enable row level security;
alter table app_public.risk_assessments force row level security;

drop policy if exists all_owner on app_public.risk_assessments;
create policy all_owner on app_public.risk_assessments
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.risk_assessments;
create policy select_member on app_public.risk_assessments
  for select to lml_user
  using (organization_id = any (array(select app_hidden.permitted_organization_ids('risk.read'))));

revoke all on app_public.risk_assessments from public;
grant select on app_public.risk_assessments to lml_user;
