create or replace function app_private.sell_claims(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Slots in order, then the claims; what is missing afterwards has been taken back.
  perform from app_private.admission_claims as c
  join app_private.admission_slots as s
    on s.pool_id = c.pool_id and s.slot_no = c.slot_no and s.organization_id = c.organization_id
  where c.organization_id = (sell_claims.booking).organization_id
    and c.booking_id = (sell_claims.booking).id
  order by s.pool_id, s.slot_no
  for no key update of s;

  with sold as (
    update app_private.admission_claims as c
    set held_until = null
    where c.organization_id = (sell_claims.booking).organization_id
      and c.booking_id = (sell_claims.booking).id
      and c.held_until is not null
    returning c.organization_id, c.pool_id, c.slot_no, c.quantity
  )
  update app_private.admission_slots as s
  set held = s.held - c.quantity, sold = s.sold + c.quantity
  from sold as c
  where s.pool_id = c.pool_id
    and s.slot_no = c.slot_no
    and s.organization_id = c.organization_id;

  perform app_private.require_admissions(sell_claims.booking);
end
$$;

comment on function app_private.sell_claims(app_public.bookings) is
  'Moves what a booking holds of its pools from held to sold. Raises LMEXP.';
