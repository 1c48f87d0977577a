-- Members see their organization's rules and, since these are asked about their buyers too, the
-- platform's. Whoever knew the thresholds could stay below them, and anybody may found an
-- organization: the platform's are for organizations that it has verified.
alter table app_public.fraud_detection_rules enable row level security;
alter table app_public.fraud_detection_rules force row level security;

drop policy if exists all_owner on app_public.fraud_detection_rules;
create policy all_owner on app_public.fraud_detection_rules
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.fraud_detection_rules;
create policy select_member on app_public.fraud_detection_rules
  for select to lml_user
  using (organization_id = any (array(select app_hidden.permitted_organization_ids('risk.read'))));

drop policy if exists select_platform on app_public.fraud_detection_rules;
create policy select_platform on app_public.fraud_detection_rules
  for select to lml_user
  using (
    organization_id is null
    and (
      (select app_hidden.current_platform_role()) is not null
      or exists (
        select
        from app_public.organizations as o
        where o.id = any (array(select app_hidden.permitted_organization_ids('risk.read')))
          and o.verification_status = 'verified'
      )
    )
  );

revoke all on app_public.fraud_detection_rules from public;
grant select on app_public.fraud_detection_rules to lml_user;
