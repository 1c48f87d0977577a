-- As book_seats: what the booking owns, or what is free when its time had run out. Counters are
-- locked in order; the block gives back what it took when one of them has too few.
create or replace function app_private.book_add_ons(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_item record;
begin
  begin
    for v_item in
      select i.add_on_id, i.quantity
      from app_public.booking_items as i
      where i.organization_id = (book_add_ons.booking).organization_id
        and i.booking_id = (book_add_ons.booking).id
        and i.add_on_id is not null
      order by i.add_on_id
    loop
      perform app_private.claim_add_on(
        book_add_ons.booking, v_item.add_on_id, v_item.quantity, now() + interval '1 minute'
      );
    end loop;
  exception
    when sqlstate 'LMFEW' then
      return false;
  end;
  with sold as (
    update app_private.add_on_claims as c
    set held_until = null
    where c.organization_id = (book_add_ons.booking).organization_id
      and c.booking_id = (book_add_ons.booking).id
      and c.held_until is not null
    returning c.add_on_id, c.organization_id, c.quantity
  )
  update app_private.add_on_counters as s
  set held = s.held - c.quantity, sold = s.sold + c.quantity
  from sold as c
  where s.add_on_id = c.add_on_id and s.organization_id = c.organization_id;
  return true;
end
$$;

comment on function app_private.book_add_ons(app_public.bookings) is
  'Sells the add-ons that the booking owns or that are free; false, and no change, if there are '
  'too few.';
