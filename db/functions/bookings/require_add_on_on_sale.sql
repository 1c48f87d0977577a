create or replace function app_private.require_add_on_on_sale(
  booking app_public.bookings, add_on app_public.add_ons
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not (require_add_on_on_sale.add_on).is_active
    or now() < (require_add_on_on_sale.add_on).sales_start
    or now() >= (require_add_on_on_sale.add_on).sales_end
  then
    raise exception '"%" is not on sale now.', (require_add_on_on_sale.add_on).name
      using errcode = 'LMSAL', detail = (require_add_on_on_sale.add_on).id::text;
  end if;
  if (require_add_on_on_sale.add_on).requires_ticket
    and app_private.tickets_in(require_add_on_on_sale.booking) = 0
  then
    raise exception '"%" is sold with a ticket only.', (require_add_on_on_sale.add_on).name
      using errcode = 'LMQTY', detail = (require_add_on_on_sale.add_on).id::text,
        hint = 'Hold a ticket in this booking, too.';
  end if;
end
$$;

comment on function app_private.require_add_on_on_sale(app_public.bookings, app_public.add_ons) is
  'Raises LMSAL, and LMQTY for an add-on that needs a ticket in the cart.';
