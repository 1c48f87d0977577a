create or replace function app_private.check_inventory()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'seat_belongs_to_its_booking', s.organization_id, s.booking_id,
    format('seat %s of performance %s is not on a line of its booking', s.seat_no, s.performance_id)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where (s.status = 'booked' or (s.status = 'locked' and s.locked_until > now()))
    and not (
      b.performance_id = s.performance_id
      and b.status in (
        'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed',
        'completed', 'disputed'
      )
      and exists (
        select from app_public.booking_items as i
        where i.organization_id = b.organization_id
          and i.booking_id = b.id
          and s.seat_no = any (i.seat_nos)
      )
    )

  union all
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
    where (
        (
          b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
          and b.expires_at > now()
        )
        or b.status in ('partially_paid', 'confirmed', 'completed', 'disputed')
      )
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

  union all
  select
    'seat_is_held_as_long_as_its_booking', s.organization_id, s.booking_id,
    format('seat %s is held until %s, not until %s', s.seat_no, s.locked_until, b.expires_at)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where s.status = 'locked'
    and b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    and s.locked_until <> b.expires_at

  union all
  select
    'slot_is_sum_of_its_claims', s.organization_id, s.pool_id,
    format(
      'slot %s says %s held and %s sold, its claims %s and %s', s.slot_no, s.held, s.sold,
      c.held, c.sold
    )
  from app_private.admission_slots as s
  cross join lateral (
    select
      coalesce(sum(c.quantity) filter (where c.held_until is not null), 0) as held,
      coalesce(sum(c.quantity) filter (where c.held_until is null), 0) as sold
    from app_private.admission_claims as c
    where c.organization_id = s.organization_id
      and c.pool_id = s.pool_id
      and c.slot_no = s.slot_no
  ) as c
  where (s.held, s.sold) is distinct from (c.held, c.sold)

  union all
  select
    'pool_is_sum_of_its_slots', p.organization_id, p.id,
    format('its slots take %s, the pool %s', coalesce(s.capacity, 0), p.capacity - p.allocated)
  from app_public.admission_pools as p
  left join lateral (
    select sum(s.capacity) as capacity
    from app_private.admission_slots as s
    where s.organization_id = p.organization_id and s.pool_id = p.id
  ) as s on true
  where s.capacity is distinct from p.capacity - p.allocated

  union all
  select
    'pool_keeps_back_its_allocations', p.organization_id, p.id,
    format('%s kept back, allocations have %s', p.allocated, coalesce(a.places, 0))
  from app_public.admission_pools as p
  left join lateral (
    select sum(a.places_left) as places
    from app_public.admission_allocations as a
    join app_public.admission_pools as inside
      on inside.organization_id = a.organization_id and inside.id = a.pool_id
    where a.organization_id = p.organization_id and p.id = any (inside.chain)
  ) as a on true
  where p.allocated <> coalesce(a.places, 0)

  union all
  select
    'stock_is_sum_of_its_claims', s.organization_id, s.add_on_id,
    format('%s held and %s sold, its claims %s and %s', s.held, s.sold, c.held, c.sold)
  from app_private.add_on_counters as s
  cross join lateral (
    select
      coalesce(sum(c.quantity) filter (where c.held_until is not null), 0) as held,
      coalesce(sum(c.quantity) filter (where c.held_until is null), 0) as sold
    from app_private.add_on_claims as c
    where c.organization_id = s.organization_id and c.add_on_id = s.add_on_id
  ) as c
  where (s.held, s.sold) is distinct from (c.held, c.sold)

  union all
  select
    'every_unit_has_its_code', s.organization_id, s.add_on_id,
    format('%s in all, codes for %s', s.total, c.codes)
  from app_private.add_on_counters as s
  cross join lateral (
    select count(*) as all_codes, count(*) filter (where c.booking_item_id is null or exists (
      select from app_public.booking_items as i
      join app_private.add_on_claims as l
        on l.organization_id = i.organization_id and l.booking_id = i.booking_id
        and l.add_on_id = i.add_on_id
      where i.organization_id = c.organization_id and i.id = c.booking_item_id
        and c.unit_no <= i.quantity - i.returned_quantity
    )) as codes
    from app_private.add_on_codes as c
    where c.organization_id = s.organization_id and c.add_on_id = s.add_on_id
  ) as c
  where c.all_codes > 0 and s.total <> c.codes

  union all
  select
    'booking_has_its_add_ons', b.organization_id, b.id,
    format(
      '%s of add-on %s, its line has %s', coalesce(c.quantity, 0), i.add_on_id,
      i.quantity - i.returned_quantity
    )
  from app_public.booking_items as i
  join app_public.bookings as b on b.organization_id = i.organization_id and b.id = i.booking_id
  join app_private.add_on_counters as s
    on s.organization_id = i.organization_id and s.add_on_id = i.add_on_id
  left join app_private.add_on_claims as c
    on c.organization_id = i.organization_id
    and c.add_on_id = i.add_on_id
    and c.booking_id = i.booking_id
    and c.held_until is not distinct from b.expires_at
  where (
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('confirmed', 'partially_paid', 'completed', 'disputed')
    )
    and coalesce(c.quantity, 0) <> i.quantity - i.returned_quantity

  union all
  select
    'add_ons_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s of add-on %s for a booking that is %s', c.quantity, c.add_on_id, b.status)
  from app_private.add_on_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (
      c.held_until is null
      and b.status in (
        'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'canceled', 'refunded',
        'expired'
      )
    )
    or (
      c.held_until > now()
      and b.status not in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    )

  union all
  select
    'booking_has_its_admissions', b.organization_id, b.id,
    format(
      '%s places of pool %s, its lines need %s', coalesce(c.quantity, 0), n.pool_id, n.quantity
    )
  from app_public.bookings as b
  cross join lateral (
    select c.pool_id, sum(i.quantity - i.returned_quantity) as quantity
    from app_public.booking_items as i
    join app_public.admission_pool_categories as pc
      on pc.organization_id = i.organization_id
      and pc.performance_id = b.performance_id
      and pc.ticket_category_id = i.ticket_category_id
    join app_public.admission_pools as pool
      on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
    cross join unnest(pool.chain) as c (pool_id)
    where i.organization_id = b.organization_id
      and i.booking_id = b.id
      and i.item_type = 'admission'
    group by c.pool_id
  ) as n
  left join lateral (
    select sum(c.quantity) as quantity
    from app_private.admission_claims as c
    where c.organization_id = b.organization_id
      and c.booking_id = b.id
      and c.pool_id = n.pool_id
      and c.held_until is not distinct from b.expires_at
  ) as c on true
  where (
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('partially_paid', 'confirmed', 'completed', 'disputed')
    )
    and coalesce(c.quantity, 0) <> n.quantity

  union all
  select
    'admissions_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s places of pool %s for a booking that is %s', c.quantity, c.pool_id, b.status)
  from app_private.admission_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (
      c.held_until is null
      and b.status not in ('partially_paid', 'confirmed', 'completed', 'disputed')
    )
    or (
      c.held_until > now()
      and b.status not in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    )

  union all
  select
    'allocated_seat_is_kept_back', a.organization_id, a.allocation_id,
    format('seat %s of the allocation is %s', a.seat_no, s.status)
  from app_public.seat_allocation_seats as a
  join app_public.seat_booking_state as s
    on s.organization_id = a.organization_id
    and s.performance_id = a.performance_id
    and s.seat_no = a.seat_no
  where s.status not in ('reserved', 'blocked')

  union all
  select
    'inventory_is_the_layout', p.organization_id, p.id,
    format('%s seats in the inventory, %s in the layout', s.seats, l.seat_count)
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.venue_layouts as l
    on l.organization_id = p.organization_id and l.id = p.layout_id
  cross join lateral (
    select count(*) as seats
    from app_public.seat_booking_state as s
    where s.organization_id = p.organization_id and s.performance_id = p.id
  ) as s
  where e.status not in ('draft', 'canceled')
    and p.pass_name is null
    and s.seats <> l.seat_count
    -- What was canceled before its event was published never had any.
    and not (p.status = 'canceled' and s.seats = 0)

  union all
  select
    'pass_takes_from_each_date', d.organization_id, d.pass_id,
    format('a pass takes no place of pool %s', d.pool_id)
  from app_public.pass_dates as d
  join app_public.admission_pools as day
    on day.organization_id = d.organization_id and day.id = d.pool_id
  where not exists (
    select from app_public.admission_pools as pass
    where pass.organization_id = d.organization_id
      and pass.performance_id = d.pass_id
      and pass.is_pass
      and pass.chain @> day.chain
  )
$$;

comment on function app_private.check_inventory() is
  'What is inconsistent of seats, pools and stocks, and who has them.';
