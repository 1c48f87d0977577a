create or replace function app_hidden.check_layout_format(document jsonb)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if coalesce(jsonb_typeof(check_layout_format.document), '') <> 'object'
    or check_layout_format.document ->> 'format' is distinct from 'lml-layout/1'
    or not (
      check_layout_format.document @? '$.sections[*].rows[*].seats[*]'
      or check_layout_format.document @? '$.sections[*] ? (@.kind == "standing")'
    )
  then
    raise exception 'This is not a layout of format lml-layout/1 with a seat or a standing area.'
      using errcode = 'LMLAY', hint = '"lml import layout FILE" reads and converts other formats.';
  end if;
  -- Programs that draw it read texts as texts.
  if jsonb_typeof(check_layout_format.document -> 'name') <> 'string' then
    raise exception 'The name of a layout is a text.' using errcode = 'LMLAY', detail = 'name';
  end if;
  if jsonb_array_length(app_hidden.layout_list(check_layout_format.document, 'sections')) > 10000
  then
    raise exception 'A layout has at most 10,000 sections.' using errcode = 'LMLAY';
  end if;
end
$$;

comment on function app_hidden.check_layout_format(jsonb) is
  'Raises LMLAY for a document that is no layout.';
