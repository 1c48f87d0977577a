-- A list of a layout document that must be one: what is left out is not quietly sold without it.
create or replace function app_hidden.layout_list(parent jsonb, key text)
returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
  if jsonb_typeof(layout_list.parent -> layout_list.key) is distinct from 'array' then
    raise exception 'The layout lacks a list of %.', layout_list.key
      using errcode = 'LMLAY',
        detail = format('"%s" of %s', layout_list.key, left(layout_list.parent::text, 200));
  end if;
  return layout_list.parent -> layout_list.key;
end
$$;

comment on function app_hidden.layout_list(jsonb, text) is
  'A member of an object that must be a list. Raises LMLAY.';
