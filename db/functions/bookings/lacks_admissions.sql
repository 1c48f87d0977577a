create or replace function app_private.lacks_admissions(booking app_public.bookings)
returns table (pool_id uuid, quantity integer)
language sql volatile security definer set search_path = ''
as $$
  select n.pool_id, n.quantity - coalesce(c.quantity, 0)
  from app_private.admissions_in(lacks_admissions.booking) as n
  left join (
    select c.pool_id, sum(c.quantity)::integer as quantity
    from app_private.admission_claims as c
    where c.organization_id = (lacks_admissions.booking).organization_id
      and c.booking_id = (lacks_admissions.booking).id
    group by c.pool_id
  ) as c on c.pool_id = n.pool_id
  where n.quantity > coalesce(c.quantity, 0)
$$;

comment on function app_private.lacks_admissions(app_public.bookings) is
  'How much of each pool a booking has no claim to any more, though its lines need it.';
