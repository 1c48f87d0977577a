create or replace function app_public.hold_for_customer(
  performance_id uuid, email text, first_name text default null, last_name text default null,
  phone text default null, channel app_public.booking_channel default 'phone',
  seat_ids text[] default null, ticket_category_id uuid default null,
  quantity integer default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization_id uuid := (
    select p.organization_id from app_public.performances as p
    where p.id = hold_for_customer.performance_id
  );
  v_id uuid;
  v_sale app_private.sale;
  v_booking app_public.bookings;
begin
  perform app_hidden.require_performance_permission(
    v_organization_id, hold_for_customer.performance_id, 'bookings.sell'
  );
  v_id := app_private.replay_result(
    hold_for_customer.idempotency_key, 'hold_for_customer',
    jsonb_build_array(
      hold_for_customer.performance_id, hold_for_customer.email, hold_for_customer.first_name,
      hold_for_customer.last_name, hold_for_customer.phone, hold_for_customer.channel,
      hold_for_customer.seat_ids, hold_for_customer.ticket_category_id,
      hold_for_customer.quantity
    )
  );
  if v_id is not null then
    select * into strict v_booking from app_public.bookings as b where b.id = v_id;
    return app_private.masked_booking(v_booking);
  end if;
  if coalesce(hold_for_customer.channel not in ('admin', 'phone'), true) then
    raise exception 'Staff sells at the counter (admin) or by phone.'
      using errcode = 'LMINP', detail = 'channel';
  end if;
  if (hold_for_customer.seat_ids is null) = (hold_for_customer.ticket_category_id is null) then
    raise exception 'Name either seats, or a category of admissions.'
      using errcode = 'LMINP', detail = 'seat_ids, ticket_category_id';
  end if;
  if not app_private.has_two_sides(hold_for_customer.email) then
    raise exception 'An e-mail address is needed, where the tickets go.'
      using errcode = 'LMCON', detail = 'email';
  end if;

  v_sale := app_private.open_sale(
    hold_for_customer.performance_id, hold_for_customer.seat_ids
  );
  insert into app_public.bookings as b (
    organization_id, performance_id, booking_reference, booking_channel, customer_id,
    customer_email, customer_name, currency, commission_percentage, expires_at
  )
  values (
    v_sale.organization_id, v_sale.performance_id,
    app_private.generate_booking_reference(v_sale.organization_id), hold_for_customer.channel,
    app_private.find_or_create_customer(
      v_sale.organization_id, null, hold_for_customer.email, hold_for_customer.first_name,
      hold_for_customer.last_name, hold_for_customer.phone
    ),
    hold_for_customer.email::public.citext,
    nullif(concat_ws(' ', hold_for_customer.first_name, hold_for_customer.last_name), ''),
    v_sale.currency, v_sale.commission_percentage,
    now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max))
  )
  returning * into v_booking;
  if hold_for_customer.seat_ids is not null then
    v_booking := app_private.hold_for_draft(v_booking, v_sale);
  else
    if coalesce(
      hold_for_customer.quantity not between 1 and v_sale.tickets_per_booking_max, true
    ) then
      perform app_private.raise_ticket_count(v_sale, hold_for_customer.quantity);
    end if;
    perform app_private.take_admissions(
      v_sale, hold_for_customer.ticket_category_id, hold_for_customer.quantity, v_booking.id,
      v_booking.expires_at
    );
    v_booking := app_private.store_booking_totals(v_booking.id);
  end if;
  insert into app_public.staff_sales (organization_id, booking_id, sold_by)
  values (v_booking.organization_id, v_booking.id, app_hidden.require_user_id());
  perform app_private.keep_result(hold_for_customer.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.hold_for_customer(
  uuid, text, text, text, text, app_public.booking_channel, text[], uuid, integer, text
) is
  'Holds seats, or admissions of a category, for somebody at the counter or on the phone; then '
  'checkout_for_customer. Needs bookings.sell at the venue. Raises LMTKN, LMFEW, LMSEA, LMSDP, '
  'LMQTY, LMEVT, LMSAL, LMMBR, LMCON, LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.hold_for_customer(
  uuid, text, text, text, text, app_public.booking_channel, text[], uuid, integer, text
) to lml_user;
