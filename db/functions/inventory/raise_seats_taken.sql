create or replace function app_private.raise_seats_taken(
  sale app_private.sale, seat_nos integer[]
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_seats jsonb;
  v_labels text;
begin
  select
    jsonb_agg(s.seat_id order by s.seat_no),
    string_agg(
      format('%s %s-%s', section.name, s.row_name, s.seat_number), ', ' order by s.seat_no
    )
  into v_seats, v_labels
  from app_public.layout_seats as s
  join app_public.layout_sections as section
    on section.organization_id = s.organization_id
    and section.layout_id = s.layout_id
    and section.section_no = s.section_no
  where s.organization_id = (raise_seats_taken.sale).organization_id
    and s.layout_id = (raise_seats_taken.sale).layout_id
    and s.seat_no = any (raise_seats_taken.seat_nos);
  raise exception 'Not available: %.', v_labels
    using errcode = 'LMTKN', detail = jsonb_build_object('seat_ids', v_seats)::text,
      hint = 'Choose other seats; nothing was held.';
end
$$;

comment on function app_private.raise_seats_taken(app_private.sale, integer[]) is
  'Raises LMTKN, naming the seats.';
