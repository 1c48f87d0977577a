-- A cart may have changed since an add-on was put into it, and so may the clock.
create or replace function app_private.require_add_ons(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons;
begin
  for v_add_on in
    select a.*
    from app_public.booking_items as i
    join app_public.add_ons as a on a.organization_id = i.organization_id and a.id = i.add_on_id
    where i.organization_id = (require_add_ons.booking).organization_id
      and i.booking_id = (require_add_ons.booking).id
  loop
    perform app_private.require_add_on_on_sale(require_add_ons.booking, v_add_on);
    if v_add_on.delivery = 'mail' and not exists (
      select from app_public.delivery_addresses as d
      where d.organization_id = (require_add_ons.booking).organization_id
        and d.booking_id = (require_add_ons.booking).id
    ) then
      raise exception '"%" is mailed: an address is needed.', v_add_on.name
        using errcode = 'LMCON', detail = 'address', hint = 'Call set_delivery_address.';
    end if;
  end loop;
end
$$;

comment on function app_private.require_add_ons(app_public.bookings) is
  'What add-ons ask of a booking at its checkout. Raises LMSAL, LMQTY, LMCON.';
