-- From the row as it is, back through what changed since, the last change first. Changes of one row
-- follow each other in the order of their ids, because each waits for the one before it; the times
-- of their transactions need not.
create or replace function app_private.row_as_of(
  entity_type text, entity_id uuid, current_row jsonb, at timestamptz
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_row jsonb := row_as_of.current_row;
  v_change record;
begin
  for v_change in
    select l.action, l.old_values
    from app_public.audit_log as l
    where l.entity_type = row_as_of.entity_type
      and l.entity_id = row_as_of.entity_id
      and uuid_extract_timestamp(l.id) > row_as_of.at
    order by l.id desc
  loop
    v_row := case v_change.action
      when 'insert' then null
      when 'delete' then v_change.old_values
      else v_row || v_change.old_values
    end;
  end loop;
  return case when (v_row ->> 'created_at')::timestamptz > row_as_of.at then null else v_row end;
end
$$;

comment on function app_private.row_as_of(text, uuid, jsonb, timestamptz) is
  'An audited row as it was at a moment, given what it is now; null when there was none.';
