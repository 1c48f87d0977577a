-- Who may read the audit sees its organization's part; what buyers are called, only with the right
-- to read names, as everywhere: also as members, and in evidence for a bank.
alter table app_public.audit_log enable row level security;
alter table app_public.audit_log force row level security;

drop policy if exists all_owner on app_public.audit_log;
create policy all_owner on app_public.audit_log
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_member on app_public.audit_log;
create policy select_member on app_public.audit_log
  for select to lml_user
  using (
    organization_id = any (array(select app_hidden.permitted_organization_ids('audit.read')))
    and (
      entity_type not in ('bookings', 'customers', 'memberships', 'dispute_responses')
      or organization_id = any (array(
        select app_hidden.permitted_organization_ids('customers.read_names')
      ))
    )
  );

revoke all on app_public.audit_log from public;
grant select on app_public.audit_log to lml_user;
