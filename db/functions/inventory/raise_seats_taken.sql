-- The caller's update has just taken what was free: the rest of the wanted seats are somebody
-- else's. If it took them all, what is missing is a price.
create or replace function app_private.raise_seats_taken(
  sale app_private.sale, booking_id uuid
)
returns void
language plpgsql volatile security definer set search_path = ''
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
    and s.seat_no = any ((raise_seats_taken.sale).seat_nos)
    and not exists (
      select
      from app_public.seat_booking_state as state
      where state.organization_id = s.organization_id
        and state.performance_id = (raise_seats_taken.sale).performance_id
        and state.seat_no = s.seat_no
        and state.booking_id = raise_seats_taken.booking_id
    );
  if v_seats is null then
    perform app_private.raise_category_not_on_sale(
      raise_seats_taken.sale,
      app_private.category_not_on_sale(raise_seats_taken.sale)
    );
  end if;
  raise exception 'Not available: %.', v_labels
    using errcode = 'LMTKN', detail = jsonb_build_object('seat_ids', v_seats)::text,
      hint = 'Choose other seats; nothing was held.';
end
$$;

comment on function app_private.raise_seats_taken(app_private.sale, uuid) is
  'Raises LMTKN, naming the seats that the booking did not get, or LMSAL when it got them all.';
