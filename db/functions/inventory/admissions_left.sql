create or replace function app_public.admissions_left(
  performance_id uuid, ticket_category_id uuid
)
returns integer
language sql stable security definer set search_path = ''
as $$
  select min(f.places)
  from app_hidden.visible_performance(admissions_left.performance_id) as p
  join app_public.admission_pool_categories as pc
    on pc.organization_id = p.organization_id
    and pc.performance_id = p.id
    and pc.ticket_category_id = admissions_left.ticket_category_id
  join app_public.admission_pools as pool
    on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
  cross join unnest(pool.chain) as c (pool_id)
  cross join lateral app_private.free_in_pool(c.pool_id) as f
$$;

comment on function app_public.admissions_left(uuid, uuid) is
  'How many admissions of a category can be had at a performance now; null when it '
  'has none, or is not for you.';
grant execute on function app_public.admissions_left(uuid, uuid) to lml_anonymous, lml_user;
