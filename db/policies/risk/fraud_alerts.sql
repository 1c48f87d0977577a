-- Members who may see risks; never the buyer.
alter table app_public.fraud_alerts enable row level security;
alter table app_public.fraud_alerts force row level security;

drop policy if exists all_owner on app_public.fraud_alerts;
create policy all_owner on app_public.fraud_alerts
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.fraud_alerts;
create policy select_member on app_public.fraud_alerts
  for select to lml_user
  using (organization_id = any (array(select app_hidden.permitted_organization_ids('risk.read'))));

revoke all on app_public.fraud_alerts from public;
grant select on app_public.fraud_alerts to lml_user;
