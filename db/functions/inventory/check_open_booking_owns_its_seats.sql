create or replace function app_private.check_open_booking_owns_its_seats()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'open_booking_owns_its_seats', l.organization_id, l.booking_id,
    format('seat %s is on a line of the booking, but is not held for it', l.seat_no)
  from (
    select
      b.organization_id, b.id, b.performance_id, n,
      case when b.confirmed_at is null then 'locked' else 'booked' end::app_public.seat_status
    from app_public.bookings as b
    join app_public.booking_items as i
      on i.organization_id = b.organization_id and i.booking_id = b.id
    cross join unnest(i.seat_nos) as n
    where app_private.is_live(b)
      -- A seat whose ticket was returned is on sale again.
      and not exists (
        select from app_public.tickets as t
        where t.organization_id = i.organization_id
          and t.booking_item_id = i.id
          and t.seat_no = n
          and t.status = 'refunded'
      )
    -- As sets: where "not exists" stood, a plan read the whole house for each seat that was sold.
    except
    select s.organization_id, s.booking_id, s.performance_id, s.seat_no, s.status
    from app_public.seat_booking_state as s
    where s.booking_id is not null
  ) as l (organization_id, booking_id, performance_id, seat_no, status)
$$;

comment on function app_private.check_open_booking_owns_its_seats() is
  'A seat on a line of a live booking that is not held for it, or not sold to it.';
