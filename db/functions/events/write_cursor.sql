create or replace function app_hidden.write_cursor(
  score numeric, starts_at timestamptz, id uuid, asked_at timestamptz
)
returns text
language sql stable
return encode(
  convert_to(jsonb_build_array(score, starts_at, id, asked_at)::text, 'UTF8'), 'base64'
);

comment on function app_hidden.write_cursor(numeric, timestamptz, uuid, timestamptz) is
  'What read_cursor reads: after which event the next page begins.';
