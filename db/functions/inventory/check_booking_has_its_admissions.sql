create or replace function app_private.check_booking_has_its_admissions()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
      and (
        c.held_until is not distinct from b.expires_at
        -- What is of an allocation goes back there by the sweep, and to nobody by itself.
        or (
          c.held_until = 'infinity'
          and exists (
            select from app_private.allocation_holds as h
            where h.organization_id = b.organization_id and h.booking_id = b.id
          )
        )
      )
  ) as c on true
  where app_private.is_live(b)
    and coalesce(c.quantity, 0) <> n.quantity
$$;

comment on function app_private.check_booking_has_its_admissions() is
  'A live booking that has taken more places of a pool than its lines need, or fewer.';
