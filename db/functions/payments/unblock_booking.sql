-- As it was before; or as it would be now, if its show was canceled or went by meanwhile. The lock
-- on the performance makes the job wait that completes its bookings, so that none is left out.
create or replace function app_private.unblock_booking(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  c_reason constant text := 'It was canceled while the payment was disputed.';
  v_booking app_public.bookings := unblock_booking.booking;
  v_performance app_public.performances;
  v_cancellation_id uuid;
  v_is_owed boolean := exists (
    select from app_public.booking_payment_schedule as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.status <> 'paid'
  );
begin
  select * into strict v_performance
  from app_public.performances as p
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
  for share;
  update app_public.bookings as b
  set status = case
    when v_is_owed then 'partially_paid'
    when v_performance.bookings_completed_at is not null then 'completed'
    else 'confirmed'
  end::app_public.booking_status
  where b.id = v_booking.id
  returning * into v_booking;
  -- Nobody could pay meanwhile, or was told that the grace runs out.
  update app_public.booking_payment_schedule as s
  set cancel_at = greatest(s.cancel_at, now() + make_interval(days => p.grace_days))
  from app_public.payment_plans as p
  where p.organization_id = v_booking.organization_id and p.id = v_booking.payment_plan_id
    and s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
    and s.status = 'overdue';
  update app_public.tickets as t
  set is_disputed = false
  where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
    and t.is_disputed;
  if v_performance.status <> 'canceled' or v_booking.status = 'completed' then
    return;
  end if;
  if not exists (
    select from app_public.tickets as t
    where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
      and t.status = 'used'
  ) then
    perform app_private.end_booking(v_booking, c_reason, 'event_canceled');
    return;
  end if;
  -- The job of the cancellation has passed over it, and does not come again: what it would have
  -- done is done here, once.
  insert into app_public.event_cancellation_failures (
    cancellation_id, booking_id, organization_id, code
  )
  select c.id, v_booking.id, v_booking.organization_id, 'LMTUS'
  from app_public.event_cancellations as c
  where c.organization_id = v_booking.organization_id
    and c.event_id = v_performance.event_id
    and coalesce(c.performance_id, v_performance.id) = v_performance.id
    and not exists (
      select from app_public.event_cancellation_failures as f
      where f.organization_id = v_booking.organization_id and f.booking_id = v_booking.id
    )
  order by c.id
  limit 1
  returning cancellation_id into v_cancellation_id;
  if found then
    perform app_private.return_unused_tickets(v_booking, 'event_canceled', c_reason);
    perform app_private.raise_payment_finding(
      'cancellation_left_booking', v_booking.id::text, v_booking.organization_id, v_booking.id,
      jsonb_build_object('code', 'LMTUS', 'cancellation_id', v_cancellation_id)
    );
  end if;
end
$$;

comment on function app_private.unblock_booking(app_public.bookings) is
  'Gives a booking back what a dispute kept from it.';
