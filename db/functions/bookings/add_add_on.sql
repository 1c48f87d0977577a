create or replace function app_public.add_add_on(
  booking_id uuid, add_on_id uuid, quantity integer
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    add_add_on.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_add_on app_public.add_ons;
begin
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  select * into v_add_on
  from app_public.add_ons as a
  where a.id = add_add_on.add_on_id
    and a.organization_id = v_booking.organization_id
    and coalesce(a.event_id, v_sale.event_id) = v_sale.event_id
    and a.currency = v_booking.currency;
  if not found then
    raise exception 'The event has no such add-on.'
      using errcode = 'LMNFD', detail = format('%s', add_add_on.add_on_id);
  end if;
  if add_add_on.quantity is null
    or add_add_on.quantity not between 0 and v_add_on.max_per_booking
  then
    raise exception 'Of "%", a booking has at most %.', v_add_on.name, v_add_on.max_per_booking
      using errcode = 'LMQTY', detail = v_add_on.id::text;
  end if;
  -- What is not sold any more can still be taken out.
  if add_add_on.quantity > 0 then
    perform app_private.require_add_on_on_sale(v_booking, v_add_on);
  end if;
  perform app_private.claim_add_on(
    v_booking, v_add_on.id, add_add_on.quantity, v_booking.expires_at
  );
  perform app_private.write_add_on_line(v_booking, v_sale, v_add_on, add_add_on.quantity);
  return app_private.masked_booking(app_private.store_booking_totals(v_booking.id));
end
$$;

comment on function app_public.add_add_on(uuid, uuid, integer) is
  'Sets how many of an add-on a draft has; 0 takes it out. What is in a cart keeps its price. '
  'Raises LMFEW (fewer are left), LMQTY (too many, or without a ticket), LMNFD, LMSAL, LMEVT, '
  'LMEXP, LMBST, LMBKG, LMSES, LMCRT.';
grant execute on function app_public.add_add_on(uuid, uuid, integer) to lml_anonymous, lml_user;
