-- Names of places stand in mails and on tickets: of several lines, they could say anything there.
create or replace function app_private.check_layout_names(layout app_public.venue_layouts)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_place text;
begin
  select s.place into v_place
  from (
    select s.section_no, 0 as seat_no, s.name as words,
      format('section no. %s', s.section_no) as place
    from app_public.layout_sections as s
    where s.organization_id = (check_layout_names.layout).organization_id
      and s.layout_id = (check_layout_names.layout).id
    union all
    select s.section_no, s.seat_no, s.row_name || s.seat_number || s.category,
      format('seat no. %s, in section no. %s', s.seat_no, s.section_no)
    from app_public.layout_seats as s
    where s.organization_id = (check_layout_names.layout).organization_id
      and s.layout_id = (check_layout_names.layout).id
  ) as s
  where s.words ~ '[[:cntrl:]]'
  order by s.section_no, s.seat_no
  limit 1;
  if found or (check_layout_names.layout).name ~ '[[:cntrl:]]' then
    raise exception 'Names and numbers have no line breaks or other control characters.'
      using errcode = 'LMLAY', detail = coalesce(v_place, 'name');
  end if;
end
$$;

comment on function app_private.check_layout_names(app_public.venue_layouts) is
  'Raises LMLAY, with the place, for a layout whose names are not printable.';
