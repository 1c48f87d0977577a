-- As take_seats, for places without a seat: from the category's pool and from those around it.
create or replace function app_private.take_admissions(
  sale app_private.sale, ticket_category_id uuid, quantity integer, booking_id uuid,
  held_until timestamptz, new_buyer app_private.buyer default null
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_is_new boolean := not take_admissions.new_buyer is null;
  v_reference text;
  v_found record;
  v_price bigint;
  v_pool_id uuid;
  v_made record;
begin
  if v_is_new then
    perform app_private.require_room_for_cart(take_admissions.sale, take_admissions.new_buyer);
    v_reference := app_hidden.draw_booking_reference();
  end if;
  if take_admissions.sale.prices_vary then
    perform app_private.refresh_sold_shares(take_admissions.sale);
  end if;
  select * into v_found from app_private.admissions_on_sale(
    take_admissions.sale.performance_id, take_admissions.ticket_category_id
  );
  -- A line that is pending is given its price at once, below.
  v_price := case when take_admissions.sale.prices_vary then 0 else v_found.price_cents end;
  if v_found.pool_id is null or v_price is null then
    perform app_private.raise_category_not_on_sale(
      take_admissions.sale, take_admissions.ticket_category_id
    );
  end if;
  foreach v_pool_id in array v_found.chain loop
    if not app_private.take_from_pool(
      take_admissions.sale.organization_id, v_pool_id,
      case when v_pool_id = v_found.pool_id then v_found.slot_count
        else app_private.slot_count_of(v_pool_id) end,
      take_admissions.booking_id, take_admissions.quantity, take_admissions.held_until
    ) then
      perform app_private.take_the_last_of_pool(
        take_admissions.sale.organization_id, v_pool_id, take_admissions.booking_id,
        take_admissions.quantity, take_admissions.held_until
      );
    end if;
  end loop;

  with line as materialized (
    -- The total is added up where it is needed, as in take_seats.
    select
      l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents,
      app_hidden.percentage_of(l.subtotal_cents, take_admissions.sale.commission_percentage)
        as commission_cents
    from app_hidden.price_line(
      v_price, take_admissions.quantity, take_admissions.sale
    ) as l
  ),
  new_booking as (
    insert into app_public.bookings as b (
      id, organization_id, performance_id, booking_reference, user_id, cart_token_hash,
      booking_channel, currency, subtotal_cents, service_fee_cents, processing_fee_cents,
      tax_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select
      take_admissions.booking_id, take_admissions.sale.organization_id,
      take_admissions.sale.performance_id, v_reference, take_admissions.new_buyer.user_id,
      take_admissions.new_buyer.cart_token_hash, app_hidden.current_channel(),
      take_admissions.sale.currency, l.subtotal_cents, l.service_fee_cents,
      l.processing_fee_cents, l.tax_cents,
      l.subtotal_cents + l.service_fee_cents + l.processing_fee_cents + l.tax_cents,
      take_admissions.sale.commission_percentage, l.commission_cents,
      l.subtotal_cents - l.commission_cents, take_admissions.held_until
    from line as l
    where v_is_new
    on conflict on constraint bookings_reference_is_unique do nothing
    returning b as booking
  ),
  new_item as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, price_basis, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      take_admissions.sale.organization_id, take_admissions.booking_id, 'admission',
      take_admissions.ticket_category_id,
      case when take_admissions.sale.prices_vary then 'pending' else 'public' end
        ::app_public.price_basis,
      take_admissions.quantity, v_price,
      l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents,
      l.subtotal_cents + l.service_fee_cents + l.processing_fee_cents + l.tax_cents
    from line as l
    where not v_is_new or exists (select from new_booking)
  )
  select (select n.booking from new_booking as n) as booking into v_made;

  if v_is_new and v_made.booking is null then
    raise exception 'The booking reference that was drawn is in use.'
      using errcode = 'LMREF', hint = 'Try again.';
  end if;
  if take_admissions.sale.prices_vary and v_is_new then
    v_made.booking := app_private.store_booking_totals(take_admissions.booking_id);
  end if;
  if take_admissions.sale.screens_holds then
    perform app_private.screen_hold(take_admissions.booking_id, take_admissions.quantity);
  end if;
  return v_made.booking;
end
$$;

comment on function app_private.take_admissions(
  app_private.sale, uuid, integer, uuid, timestamptz, app_private.buyer
) is
  'Holds admissions of a category for a booking and adds their line, priced, to it. For a new '
  'buyer it makes the booking, and returns it. Raises LMFEW, LMSAL, LMMBR, LMRSK.';
