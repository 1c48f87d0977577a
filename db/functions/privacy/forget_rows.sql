-- One way to make the database forget: rows go, or their personal columns do, as declared_classes
-- says; and what the audit log knew of them goes with them.
create or replace function app_private.forget_rows(
  relation text, filter text, person app_private.person default null,
  request_id uuid default null, is_deleted boolean default null
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_is_deleted boolean;
  v_assignments text;
  v_ids uuid[];
  v_count integer;
begin
  select coalesce(forget_rows.is_deleted, bool_or(c.on_erasure = 'delete'), false),
    string_agg(format('%I = %s', c.column_name, c.note), ', ')
      filter (where c.on_erasure = 'anonymize')
  into v_is_deleted, v_assignments
  from app_private.column_classes as c
  where c.relation = forget_rows.relation;
  if not v_is_deleted and v_assignments is null then
    return 0;
  end if;

  execute format(
    'with forgotten as (%s where %s returning to_jsonb(t) as t) '
    'select count(*)::integer, array_agg(coalesce('
    't ->> ''id'', t ->> ''organization_id'', t ->> ''user_id'')::uuid) filter (where $2) '
    'from forgotten',
    case when v_is_deleted then format('delete from %s as t', forget_rows.relation)
      else format('update %s as t set %s', forget_rows.relation, v_assignments)
    end,
    forget_rows.filter
  )
  into v_count, v_ids
  using forget_rows.person, exists (
    select from pg_catalog.pg_trigger as t
    where t.tgrelid = forget_rows.relation::regclass and t.tgname = '_500_audit'
  );
  if cardinality(v_ids) > 0 then
    perform app_private.redact_audit_log(
      split_part(forget_rows.relation, '.', 2), v_ids, forget_rows.request_id
    );
  end if;
  return v_count;
end
$$;

comment on function app_private.forget_rows(text, text, app_private.person, uuid, boolean) is
  'Deletes or anonymizes rows of a table, here and in the audit log; returns how many. '
  'The filter is code: it never comes from a caller outside.';
