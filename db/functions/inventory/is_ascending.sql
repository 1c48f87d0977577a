create or replace function app_hidden.is_ascending(ids uuid[])
returns boolean
language sql immutable
return not exists (
  select from unnest(ids[1:cardinality(ids) - 1], ids[2:]) as pair (one, next) where one >= next
);

comment on function app_hidden.is_ascending(uuid[]) is 'Whether each id is greater than the last.';
