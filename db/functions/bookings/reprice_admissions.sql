create or replace function app_private.reprice_admissions(
  item app_public.booking_items, sale app_private.sale, quantity integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if reprice_admissions.quantity = 0 then
    delete from app_public.booking_items as i where i.id = (reprice_admissions.item).id;
    return;
  end if;
  update app_public.booking_items as i
  set quantity = reprice_admissions.quantity,
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
    (reprice_admissions.item).unit_price_cents, reprice_admissions.quantity,
    reprice_admissions.sale
  ) as l
  where i.id = (reprice_admissions.item).id;
end
$$;

comment on function app_private.reprice_admissions(
  app_public.booking_items, app_private.sale, integer
) is 'Leaves as many admissions on a line, at its unit price; or, for none, no line.';
