create or replace function app_private.retention_filter(rule app_private.retention_rules)
returns text
language sql immutable set search_path = ''
as $$
  select format(
    '%s < now() - %L::interval and (%s)',
    (retention_filter.rule).since, (retention_filter.rule).kept_for,
    (retention_filter.rule).condition
  )
$$;

comment on function app_private.retention_filter(app_private.retention_rules) is
  'Which rows a rule is about now: what is said to go is what goes.';
