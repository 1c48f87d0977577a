create or replace function app_private.is_redaction(
  before app_public.audit_log, after app_public.audit_log
)
returns boolean
language sql stable set search_path = ''
as $$
  select
    to_jsonb(is_redaction.before) - f.forgettable = to_jsonb(is_redaction.after) - f.forgettable
    and ((is_redaction.after).ip_address is null
      or (is_redaction.after).ip_address = (is_redaction.before).ip_address)
    and ((is_redaction.after).user_agent is null
      or (is_redaction.after).user_agent = (is_redaction.before).user_agent)
    and (is_redaction.after).old_values is not distinct from app_private.redacted_values(
      (is_redaction.before).old_values, array(
        select v.key from jsonb_each((is_redaction.after).old_values) as v
        where v.value = '"erased"'
      )
    )
    and (is_redaction.after).new_values is not distinct from app_private.redacted_values(
      (is_redaction.before).new_values, array(
        select v.key from jsonb_each((is_redaction.after).new_values) as v
        where v.value = '"erased"'
      )
    )
  from (values (array['old_values', 'new_values', 'ip_address', 'user_agent'])) as f (forgettable)
$$;

comment on function app_private.is_redaction(app_public.audit_log, app_public.audit_log) is
  'Whether one row of the audit log is another one that forgot values, and nothing else.';
