-- Counters in order, then the claims.
create or replace function app_private.free_add_ons(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from app_private.add_on_claims as c
  join app_private.add_on_counters as s
    on s.add_on_id = c.add_on_id and s.organization_id = c.organization_id
  where c.organization_id = (free_add_ons.booking).organization_id
    and c.booking_id = (free_add_ons.booking).id
  order by s.add_on_id
  for no key update of s;
  if not found then
    return;
  end if;
  with gone as (
    delete from app_private.add_on_claims as c
    where c.organization_id = (free_add_ons.booking).organization_id
      and c.booking_id = (free_add_ons.booking).id
    returning c.add_on_id, c.organization_id, c.quantity, c.held_until
  )
  update app_private.add_on_counters as s
  set
    -- What has left the house, or was seen, is not there to be sold again.
    total = s.total - case
      when a.returns_to_stock or app_private.has_codes(a) then (
        select count(*) from app_private.add_on_codes as c
        join app_public.booking_items as i
          on i.organization_id = c.organization_id and i.id = c.booking_item_id
        where c.organization_id = g.organization_id and c.add_on_id = g.add_on_id
          and i.booking_id = (free_add_ons.booking).id
          and c.unit_no <= i.quantity - i.returned_quantity
      )
      when g.held_until is null then g.quantity
      else 0
    end,
    held = s.held - case when g.held_until is null then 0 else g.quantity end,
    sold = s.sold - case when g.held_until is null then g.quantity else 0 end
  from gone as g
  join app_public.add_ons as a on a.organization_id = g.organization_id and a.id = g.add_on_id
  where s.add_on_id = g.add_on_id and s.organization_id = g.organization_id;
end
$$;

comment on function app_private.free_add_ons(app_public.bookings) is
  'Gives back the add-ons that a booking, which the caller has locked, holds or has bought.';
