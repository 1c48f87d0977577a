-- Members who may see risks; never the buyer.
alter table app_public.fraud_alert_notes enable row level security;
alter table app_public.fraud_alert_notes force row level security;

drop policy if exists all_owner on app_public.fraud_alert_notes;
create policy all_owner on app_public.fraud_alert_notes
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.fraud_alert_notes;
create policy select_member on app_public.fraud_alert_notes
  for select to lml_user
  using (organization_id = any (array(select app_hidden.permitted_organization_ids('risk.read'))));

revoke all on app_public.fraud_alert_notes from public;
grant select on app_public.fraud_alert_notes to lml_user;
