create or replace function app_public.approve_fraud_review(booking_id uuid, note text default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_fraud_review(approve_fraud_review.booking_id);
  v_organization app_public.organizations;
begin
  if v_booking.expires_at <= now() then
    raise exception 'The time for the review has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text,
        hint = 'The buyer has to hold the seats again.';
  end if;
  -- The platform has stopped all sales, and nobody has begun to pay for this one.
  select * into strict v_organization
  from app_public.organizations as o where o.id = v_booking.organization_id;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  perform app_private.require_day(v_booking);
  -- Sales may have closed meanwhile: the buyer was in time.
  perform app_private.prolong_hold(
    v_booking,
    now() + make_interval(
      secs => (
        select e.checkout_seconds
        from app_public.performances as p
        join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
        where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
      )
    )
  );
  if app_private.asks_for_approval(v_booking) then
    perform app_private.request_approval(v_booking);
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  perform app_private.close_alerts_of_booking(
    v_booking, 'false_positive', approve_fraud_review.note
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.approve_fraud_review(uuid, text) is
  'Accepts a booking under review: the buyer may pay, or waits for the organization''s approval '
  'where the category requires it, until what was left of the review, and at '
  'least as long as any checkout. Its open alerts were false positives. Needs risk.manage, and '
  'somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMBST (not under review), LMEXP (too late), LMORG (a suspended '
  'organization), LMEVT (postponed, without a new date), LMINP, LMAUT, LMSES.';
grant execute on function app_public.approve_fraud_review(uuid, text) to lml_user;
