create or replace function app_private.layout_differences(layout app_public.venue_layouts)
returns setof app_public.layout_difference
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_hash text := encode(sha256(convert_to((layout_differences.layout).document, 'UTF8')), 'hex');
  v_document jsonb;
begin
  if v_hash <> (layout_differences.layout).sha256 then
    return next row(
      (layout_differences.layout).id, (layout_differences.layout).version, 'hash', null, v_hash,
      (layout_differences.layout).sha256
    )::app_public.layout_difference;
  end if;

  begin
    v_document := (layout_differences.layout).document::jsonb;
    perform app_hidden.check_layout_seats(v_document);
  exception
    when others then
      return next row(
        (layout_differences.layout).id, (layout_differences.layout).version, 'document', null,
        'a layout of format lml-layout/1', left(sqlerrm, 200)
      )::app_public.layout_difference;
      return;
  end;

  return query
  select
    (layout_differences.layout).id, (layout_differences.layout).version, d.what, d.place,
    d.expected, d.found
  from (
    select * from app_private.layout_count_differences(layout_differences.layout, v_document)
    union all
    select * from app_private.layout_section_differences(layout_differences.layout, v_document)
    union all
    select * from app_private.layout_seat_differences(layout_differences.layout, v_document)
  ) as d;
end
$$;

comment on function app_private.layout_differences(app_public.venue_layouts) is
  'What a layout''s document and rows say differently.';
