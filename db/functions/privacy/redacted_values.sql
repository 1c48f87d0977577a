create or replace function app_private.redacted_values(field_values jsonb, fields text[])
returns jsonb
language sql immutable set search_path = ''
as $$
  select coalesce(
    jsonb_object_agg(
      v.key,
      case when v.key = any (redacted_values.fields) and v.value <> 'null' then '"erased"'
        else v.value
      end
    ),
    redacted_values.field_values
  )
  from jsonb_each(redacted_values.field_values) as v
$$;

comment on function app_private.redacted_values(jsonb, text[]) is
  'The same fields, with "erased" for the value of those that are named.';
