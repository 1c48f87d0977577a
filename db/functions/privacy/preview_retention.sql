create or replace function app_private.preview_retention()
returns table (
  rule text, relation text, action app_private.retention_action, is_enabled boolean,
  due bigint, oldest timestamptz
)
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_rule app_private.retention_rules;
begin
  for v_rule in select r.* from app_private.retention_rules as r order by r.rule loop
    rule := v_rule.rule;
    relation := v_rule.relation;
    action := v_rule.action;
    is_enabled := v_rule.is_enabled;
    execute format(
      'select count(*), min(%s) from %s as t where %s',
      v_rule.since, v_rule.relation, app_private.retention_filter(v_rule)
    )
    into due, oldest;
    return next;
  end loop;
end
$$;

comment on function app_private.preview_retention() is
  'What each rule would remove now, and how old it is. Nothing is removed.';
grant execute on function app_private.preview_retention() to lml_worker;
