create or replace function app_hidden.map_version()
returns text
language sql stable
return concat_ws(
  '/', (extract(epoch from current_timestamp) * 1000000)::bigint, pg_current_snapshot()
);

comment on function app_hidden.map_version() is
  'What is seen now: when holds are judged, and which transactions.';
grant execute on function app_hidden.map_version() to lml_anonymous, lml_user;
