-- Every field by name, so that a column that is added later changes no hash of the past; times in
-- UTC, whatever the session's time zone.
create or replace function app_hidden.audit_row_hash(entry app_public.audit_log)
returns bytea
language sql stable set search_path = '' set timezone = 'UTC'
as $$
  select sha256(convert_to(jsonb_build_array(
    (audit_row_hash.entry).id, (audit_row_hash.entry).organization_id,
    (audit_row_hash.entry).action, (audit_row_hash.entry).entity_type,
    (audit_row_hash.entry).entity_id, (audit_row_hash.entry).user_id,
    (audit_row_hash.entry).impersonator_id, (audit_row_hash.entry).database_role,
    (audit_row_hash.entry).request_id, (audit_row_hash.entry).ip_address,
    (audit_row_hash.entry).user_agent, (audit_row_hash.entry).old_values,
    (audit_row_hash.entry).new_values, (audit_row_hash.entry).transaction_id,
    (audit_row_hash.entry).created_at
  )::text, 'UTF8'))
$$;

comment on function app_hidden.audit_row_hash(app_public.audit_log) is
  'SHA-256 of a row of the audit log.';
