create or replace function app_public.hold_best_available(
  performance_id uuid, ticket_category_id uuid, quantity integer, together boolean default true,
  accessible boolean default false, booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_buyer app_private.buyer := app_private.require_buyer();
  v_sale app_private.sale;
  v_category_no smallint;
  v_booking_id uuid;
  v_booking app_public.bookings;
begin
  if hold_best_available.booking_id is not null then
    v_booking := app_private.lock_booking(hold_best_available.booking_id, 'bookings.manage');
  end if;
  if hold_best_available.idempotency_key is not null then
    v_booking_id := app_private.replay_result(
      hold_best_available.idempotency_key, 'hold_best_available',
      jsonb_build_array(
        hold_best_available.performance_id, hold_best_available.ticket_category_id,
        hold_best_available.quantity, hold_best_available.together,
        hold_best_available.accessible, hold_best_available.booking_id
      )
    );
    if v_booking_id is not null then
      select * into strict v_booking from app_public.bookings as b where b.id = v_booking_id;
      return app_private.masked_booking(v_booking);
    end if;
  end if;

  v_sale := app_private.open_sale(hold_best_available.performance_id);
  perform app_private.require_may_hold(
    v_sale, v_buyer, v_booking, coalesce(hold_best_available.quantity, 0)
  );
  select c.category_no into v_category_no
  from app_public.ticket_categories as c
  where c.organization_id = v_sale.organization_id
    and c.id = hold_best_available.ticket_category_id
    and c.event_id = v_sale.event_id
    and app_private.is_on_sale(c);
  if not found then
    perform app_private.raise_category_not_on_sale(
      v_sale, hold_best_available.ticket_category_id
    );
  end if;
  v_sale.seat_nos := coalesce(
    app_private.choose_seats(
      v_sale, v_category_no, hold_best_available.quantity,
      coalesce(hold_best_available.accessible, false)
    ),
    app_private.search_seats(
      v_sale, v_category_no, hold_best_available.quantity,
      coalesce(hold_best_available.together, true),
      coalesce(hold_best_available.accessible, false)
    )
  );

  if v_booking.id is null then
    v_booking := app_private.take_seats(
      v_sale, uuidv7(),
      now() + make_interval(secs => least(v_sale.hold_seconds, v_sale.hold_seconds_max)), v_buyer
    );
  else
    v_booking := app_private.hold_for_draft(v_booking, v_sale);
  end if;
  perform app_private.keep_result(hold_best_available.idempotency_key, v_booking.id);
  return v_booking;
end
$$;

comment on function app_public.hold_best_available(
  uuid, uuid, integer, boolean, boolean, uuid, text
) is
  'Holds the best free seats of a category: side by side, unless together is false; places for '
  'wheelchairs and their companions only when accessible is true. '
  'Raises LMFEW (not as many are left, or not side by side), LMQTY (none or too many), LMEVT, '
  'LMSAL (not on sale), LMEXP, LMBST, LMBKG, LMGST, LMCRT, LMSES, LMIDK, LMINP, LMNFD, '
  'LMBSY, LMMBR (for members), LMCRS (too many open carts), LMRSK (a rule against fraud refuses '
  'it).';
grant execute on function app_public.hold_best_available(
  uuid, uuid, integer, boolean, boolean, uuid, text
) to lml_anonymous, lml_user;
