-- Whatever changes the lines of a booking calls this afterwards, so here is where lines that depend
-- on each other are priced: what an event without rules, and a booking without a code, need not.
create or replace function app_private.store_booking_totals(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  if exists (
    select
    from app_public.bookings as b
    join app_public.performances as p
      on p.organization_id = b.organization_id and p.id = b.performance_id
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where b.id = store_booking_totals.booking_id
      and (
        -- A row is not null only when all of it is not.
        not b.price_terms is null
        or e.prices_vary
      )
  ) then
    perform app_private.price_booking(store_booking_totals.booking_id);
  end if;
  update app_public.bookings as b
  set subtotal_cents = t.subtotal_cents,
    discount_cents = t.discount_cents,
    service_fee_cents = t.service_fee_cents,
    processing_fee_cents = t.processing_fee_cents,
    tax_cents = t.tax_cents,
    total_amount_cents = t.total_amount_cents,
    commission_amount_cents = t.commission_amount_cents,
    payout_cents = t.payout_cents,
    service_fee_absorbed_cents = t.service_fee_absorbed_cents,
    processing_fee_absorbed_cents = t.processing_fee_absorbed_cents,
    tax_included_cents = t.tax_included_cents
  from app_public.calculate_booking_totals(store_booking_totals.booking_id) as t
  where b.id = store_booking_totals.booking_id
  returning b.* into v_booking;
  return v_booking;
end
$$;

comment on function app_private.store_booking_totals(uuid) is
  'Prices what is to be priced together, and writes the sums of its lines into a booking, which '
  'the caller has locked. Raises LMSAL, LMMBR.';
