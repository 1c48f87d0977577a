create or replace function app_private.check_booked_seat_has_one_ticket()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'booked_seat_has_one_ticket', s.organization_id, s.booking_id,
    format('seat %s of performance %s has %s live tickets', s.seat_no, s.performance_id, t.live)
  from app_public.seat_booking_state as s
  cross join lateral (
    select count(*) as live
    from app_public.tickets as t
    where t.organization_id = s.organization_id
      and t.performance_id = s.performance_id
      and t.seat_no = s.seat_no
      and t.booking_id = s.booking_id
      and t.status in ('valid', 'used')
  ) as t
  where s.status = 'booked'
    and t.live <> case
      when exists (
        select from app_public.bookings as b
        where b.organization_id = s.organization_id and b.id = s.booking_id
          and b.status in ('partially_paid', 'disputed')
          -- No ticket is issued before all of it is paid.
          and not exists (
            select from app_public.tickets as any_ticket
            where any_ticket.organization_id = b.organization_id and any_ticket.booking_id = b.id
          )
      ) then 0
      else 1
    end
$$;

comment on function app_private.check_booked_seat_has_one_ticket() is
  'A seat that was sold without a live ticket, or with two.';
