create or replace function app_private.redact_audit_log(
  entity_type text, entity_ids uuid[], request_id uuid
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_fields text[] := array(
    select c.column_name from app_private.column_classes as c
    where c.relation = 'app_public.' || redact_audit_log.entity_type
      and c.on_erasure in ('anonymize', 'delete')
  );
  v_row app_public.audit_log;
  v_redacted app_public.audit_log;
  v_count integer := 0;
begin
  for v_row in
    select l.* from app_public.audit_log as l
    where l.entity_type = redact_audit_log.entity_type
      and l.entity_id = any (redact_audit_log.entity_ids)
    order by l.id
  loop
    v_redacted := v_row;
    v_redacted.old_values := app_private.redacted_values(v_row.old_values, v_fields);
    v_redacted.new_values := app_private.redacted_values(v_row.new_values, v_fields);
    continue when v_redacted is not distinct from v_row;
    perform app_private.redact_audit_row(v_redacted, redact_audit_log.request_id);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.redact_audit_log(text, uuid[], uuid) is
  'The audit log forgets the personal values of these rows of a table; '
  'returns how many of its own.';
