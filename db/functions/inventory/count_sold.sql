-- A seat that is kept back is neither sold nor for sale. A pool that categories share counts for
-- each of them, and once for the performance; a pool inside another one is part of it.
create or replace function app_private.count_sold(performance_id uuid, organization_id uuid)
returns app_private.sold_shares
language sql stable security definer set search_path = ''
as $$
  with seats as (
    select
      c.ticket_category_id,
      count(*) filter (where app_private.is_sold_or_held(s.status, s.locked_until)) as sold,
      count(*) as capacity
    from app_public.seat_booking_state as s
    join app_public.performance_categories as c
      on c.organization_id = s.organization_id
      and c.performance_id = s.performance_id
      and c.category_no = s.category_no
    where s.organization_id = count_sold.organization_id
      and s.performance_id = count_sold.performance_id
      and s.status not in ('blocked', 'reserved')
    group by c.ticket_category_id
  ),
  pools as (
    select
      p.id, p.parent_pool_id, p.capacity, (
        select coalesce(sum(k.quantity), 0)
        from app_private.admission_claims as k
        where k.organization_id = p.organization_id
          and k.pool_id = p.id
          and (k.held_until is null or k.held_until > now())
      ) as sold
    from app_public.admission_pools as p
    where p.organization_id = count_sold.organization_id
      and p.performance_id = count_sold.performance_id
  ),
  parts as (
    select s.ticket_category_id, s.sold, s.capacity from seats as s
    union all
    select c.ticket_category_id, p.sold, p.capacity
    from pools as p
    join app_public.admission_pool_categories as c
      on c.organization_id = count_sold.organization_id and c.pool_id = p.id
  ),
  categories as (
    select
      p.ticket_category_id, 100.0 * sum(p.sold) / greatest(sum(p.capacity), 1) as share
    from parts as p
    group by p.ticket_category_id
  ),
  whole as (
    select coalesce(100.0 * sum(w.sold) / greatest(sum(w.capacity), 1), 0) as share
    from (
      select s.sold, s.capacity from seats as s
      union all
      select p.sold, p.capacity from pools as p where p.parent_pool_id is null
    ) as w
  )
  select
    count_sold.performance_id, count_sold.organization_id,
    coalesce(array_agg(c.ticket_category_id order by c.ticket_category_id), '{}'),
    coalesce(array_agg(c.share order by c.ticket_category_id), '{}'),
    (select w.share from whole as w), now()
  from categories as c
$$;

comment on function app_private.count_sold(uuid, uuid) is
  'Percent sold or held of a performance and of its categories, counted now.';
