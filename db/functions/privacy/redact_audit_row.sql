create or replace function app_private.redact_audit_row(
  entry app_public.audit_log, request_id uuid
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into app_public.audit_log (
    organization_id, action, entity_type, entity_id, user_id, database_role, new_values
  )
  values (
    (redact_audit_row.entry).organization_id, 'update', 'audit_log', (redact_audit_row.entry).id,
    app_hidden.current_user_id(), session_user,
    jsonb_build_object(
      'privacy_request_id', redact_audit_row.request_id,
      'row_hash', encode(app_hidden.audit_row_hash(redact_audit_row.entry), 'hex')
    )
  );
  update app_public.audit_log as l
  set old_values = (redact_audit_row.entry).old_values,
    new_values = (redact_audit_row.entry).new_values,
    ip_address = (redact_audit_row.entry).ip_address,
    user_agent = (redact_audit_row.entry).user_agent
  where l.id = (redact_audit_row.entry).id and l.created_at = (redact_audit_row.entry).created_at;
end
$$;

comment on function app_private.redact_audit_row(app_public.audit_log, uuid) is
  'Writes down that a row of the log forgets values, and has it forget them.';
