create or replace function app_private.audited_row(entity_type text, entity_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select l.old_values
  from app_public.audit_log as l
  where l.entity_type = audited_row.entity_type
    and l.entity_id = audited_row.entity_id
    and l.action = 'delete'
  order by l.id desc
  limit 1
$$;

comment on function app_private.audited_row(text, uuid) is
  'A deleted row as it was last; null when it was not deleted.';
