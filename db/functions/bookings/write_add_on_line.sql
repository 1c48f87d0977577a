-- A line that is there keeps its unit price, as those of tickets do.
create or replace function app_private.write_add_on_line(
  booking app_public.bookings, sale app_private.sale, add_on app_public.add_ons, quantity integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_unit_price bigint := (write_add_on_line.add_on).price_cents;
  v_item app_public.booking_items;
begin
  select * into v_item
  from app_public.booking_items as i
  where i.organization_id = (write_add_on_line.booking).organization_id
    and i.booking_id = (write_add_on_line.booking).id
    and i.add_on_id = (write_add_on_line.add_on).id;
  v_unit_price := coalesce(v_item.unit_price_cents, v_unit_price);
  if write_add_on_line.quantity = 0 then
    delete from app_public.booking_items as i where i.id = v_item.id;
    return;
  end if;
  insert into app_public.booking_items as i (
    id, organization_id, booking_id, item_type, add_on_id, quantity, unit_price_cents,
    subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents, total_cents
  )
  select
    coalesce(v_item.id, uuidv7()), (write_add_on_line.booking).organization_id,
    (write_add_on_line.booking).id, 'add_on', (write_add_on_line.add_on).id,
    write_add_on_line.quantity, v_unit_price, l.subtotal_cents, l.service_fee_cents,
    l.processing_fee_cents, l.tax_cents, l.total_cents
  from app_hidden.price_line(v_unit_price, write_add_on_line.quantity, write_add_on_line.sale) as l
  on conflict (id) do update
  set quantity = excluded.quantity,
    subtotal_cents = excluded.subtotal_cents,
    service_fee_cents = excluded.service_fee_cents,
    processing_fee_cents = excluded.processing_fee_cents,
    tax_cents = excluded.tax_cents,
    total_cents = excluded.total_cents,
    -- What others made of it comes back with the totals, as in reprice_line.
    service_fee_absorbed_cents = 0,
    processing_fee_absorbed_cents = 0,
    tax_included_cents = 0;
end
$$;

comment on function app_private.write_add_on_line(
  app_public.bookings, app_private.sale, app_public.add_ons, integer
) is 'Writes, changes or removes the line of an add-on; the caller stores the totals.';
