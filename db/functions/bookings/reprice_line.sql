create or replace function app_private.reprice_line(
  item app_public.booking_items, sale app_private.sale, quantity integer, seat_nos integer[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if reprice_line.quantity = 0 then
    delete from app_public.booking_items as i where i.id = (reprice_line.item).id;
    return;
  end if;
  update app_public.booking_items as i
  set seat_nos = reprice_line.seat_nos,
    quantity = reprice_line.quantity,
    subtotal_cents = l.subtotal_cents,
    service_fee_cents = l.service_fee_cents,
    processing_fee_cents = l.processing_fee_cents,
    tax_cents = l.tax_cents,
    total_cents = l.total_cents,
    -- What depends on other lines comes back with the totals.
    discount_cents = 0,
    service_fee_absorbed_cents = 0,
    processing_fee_absorbed_cents = 0,
    tax_included_cents = 0
  from app_hidden.price_line(
    (reprice_line.item).unit_price_cents, reprice_line.quantity, reprice_line.sale
  ) as l
  where i.id = (reprice_line.item).id;
end
$$;

comment on function app_private.reprice_line(
  app_public.booking_items, app_private.sale, integer, integer[]
) is
  'Prices a line anew for what is left of it, or removes it when nothing is.';
