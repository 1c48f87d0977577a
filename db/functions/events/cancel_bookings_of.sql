-- A batch of a cancellation, in one transaction: killed anywhere, it is done again or was done.
-- What cannot be ended is written down for a person, and not tried again, also what only a
-- constraint refuses: all the others would wait for it.
create or replace function app_private.cancel_bookings_of(
  cancellation_id uuid, batch_limit integer default 100
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_cancellation app_public.event_cancellations;
  v_booking app_public.bookings;
  v_canceled integer := 0;
  v_failed integer := 0;
  v_code text;
begin
  select * into strict v_cancellation
  from app_public.event_cancellations as c where c.id = cancel_bookings_of.cancellation_id
  for no key update;
  if v_cancellation.completed_at is not null then
    return 0;
  end if;
  for v_booking in
    select b.*
    from app_public.performances as p
    join app_public.bookings as b
      on b.organization_id = p.organization_id and b.performance_id = p.id
    where p.organization_id = v_cancellation.organization_id
      and p.event_id = v_cancellation.event_id
      and (
        p.id = coalesce(v_cancellation.performance_id, p.id)
        and p.status = 'canceled'
        and (app_private.is_open(b.status) or b.status in ('partially_paid', 'confirmed'))
        -- Whoever was choosing a pass, or paying for it, at the moment in which it lost this date.
        or p.id in (select app_private.passes_for(v_cancellation.performance_id))
        and (
          app_private.is_open(b.status) and app_private.has_lost_date(b)
          or b.status in ('partially_paid', 'confirmed')
          and b.id = any (v_cancellation.being_served)
        )
      )
      and not exists (
        select from app_public.event_cancellation_failures as f
        where f.organization_id = b.organization_id and f.booking_id = b.id
          and f.cancellation_id = v_cancellation.id
      )
    order by b.id
    limit cancel_bookings_of.batch_limit
    for no key update of b
  loop
    v_code := app_private.cancel_booking_of(v_cancellation, v_booking);
    if v_code is null then
      v_canceled := v_canceled + 1;
    else
      insert into app_public.event_cancellation_failures (
        cancellation_id, booking_id, organization_id, code
      )
      values (v_cancellation.id, v_booking.id, v_booking.organization_id, v_code);
      perform app_private.raise_payment_finding(
        'cancellation_left_booking', v_booking.id::text, v_booking.organization_id, v_booking.id,
        jsonb_build_object('code', v_code, 'cancellation_id', v_cancellation.id)
      );
      v_failed := v_failed + 1;
    end if;
  end loop;
  update app_public.event_cancellations as c
  set bookings_canceled = c.bookings_canceled + v_canceled,
    bookings_failed = c.bookings_failed + v_failed,
    completed_at = case when v_canceled + v_failed = 0 then now() end
  where c.id = v_cancellation.id;
  return v_canceled + v_failed;
end
$$;

comment on function app_private.cancel_bookings_of(uuid, integer) is
  'Ends and refunds the next bookings of a cancellation; returns how many, 0 when it is done.';
grant execute on function app_private.cancel_bookings_of(uuid, integer) to lml_worker;
