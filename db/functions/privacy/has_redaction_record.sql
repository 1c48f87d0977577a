-- The record of a redaction is a row of the log itself: it is sealed like any other, and says what
-- the hash of the redacted row has been since.
create or replace function app_private.has_redaction_record(audit_id uuid, row_hash bytea)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.audit_log as l
    where l.entity_type = 'audit_log'
      and l.entity_id = has_redaction_record.audit_id
      and l.new_values ->> 'row_hash' = encode(has_redaction_record.row_hash, 'hex')
  )
$$;

comment on function app_private.has_redaction_record(uuid, bytea) is
  'Whether the log says that a row of it was redacted to what has this hash.';
