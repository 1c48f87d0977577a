-- What has left the house, or was seen, is not there to be sold again. Counters in order, as
-- everywhere.
create or replace function app_private.free_add_on_units(
  booking app_public.bookings, parts app_private.refund_part[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_line record;
begin
  for v_line in
    select i.add_on_id, count(*)::integer as returned,
      case
        when a.returns_to_stock or app_private.has_codes(a) then count(c.id) else count(*)
      end::integer as lost
    from unnest(free_add_on_units.parts) as p
    join app_public.booking_items as i
      on i.organization_id = (free_add_on_units.booking).organization_id
      and i.id = p.booking_item_id
    join app_public.add_ons as a on a.organization_id = i.organization_id and a.id = i.add_on_id
    left join app_private.add_on_codes as c
      on c.organization_id = i.organization_id and c.booking_item_id = i.id
      and c.unit_no = p.unit_no
    where p.is_return and p.unit_no is not null and a.is_limited
    group by i.add_on_id, a.id
    order by i.add_on_id
  loop
    update app_private.add_on_counters as s
    set sold = s.sold - v_line.returned, total = s.total - v_line.lost
    where s.organization_id = (free_add_on_units.booking).organization_id
      and s.add_on_id = v_line.add_on_id;
    delete from app_private.add_on_claims as c
    where c.organization_id = (free_add_on_units.booking).organization_id
      and c.booking_id = (free_add_on_units.booking).id
      and c.add_on_id = v_line.add_on_id
      and c.quantity = v_line.returned;
    update app_private.add_on_claims as c
    set quantity = c.quantity - v_line.returned
    where c.organization_id = (free_add_on_units.booking).organization_id
      and c.booking_id = (free_add_on_units.booking).id
      and c.add_on_id = v_line.add_on_id;
  end loop;
end
$$;

comment on function app_private.free_add_on_units(
  app_public.bookings, app_private.refund_part[]
) is
  'Gives back units of add-ons of a locked booking that goes on: to be sold again, if the add-on '
  'says so.';
