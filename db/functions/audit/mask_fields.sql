create or replace function app_hidden.mask_fields(fields jsonb, secret text[])
returns jsonb
language sql immutable set search_path = ''
as $$
  select jsonb_object_agg(
    f.key,
    case
      when f.key = any (mask_fields.secret) and f.value <> 'null' then '"***"'::jsonb
      else f.value
    end
  )
  from jsonb_each(mask_fields.fields) as f
$$;

comment on function app_hidden.mask_fields(jsonb, text[]) is
  'The fields, with *** instead of what must not be told.';
