create or replace function app_private.admissions_in(booking app_public.bookings)
returns table (pool_id uuid, quantity integer)
language sql volatile security definer set search_path = ''
as $$
  select c.pool_id, sum(i.quantity)::integer
  from app_public.booking_items as i
  join app_public.admission_pool_categories as pc
    on pc.organization_id = i.organization_id
    and pc.performance_id = (admissions_in.booking).performance_id
    and pc.ticket_category_id = i.ticket_category_id
  join app_public.admission_pools as pool
    on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
  cross join unnest(pool.chain) as c (pool_id)
  where i.organization_id = (admissions_in.booking).organization_id
    and i.booking_id = (admissions_in.booking).id
    and i.item_type = 'admission'
  group by c.pool_id
$$;

comment on function app_private.admissions_in(app_public.bookings) is
  'How much of each pool the lines of a booking need.';
