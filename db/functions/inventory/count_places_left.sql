create or replace function app_private.count_places_left(
  sale app_private.sale, ticket_category_id uuid, accessible boolean
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_chain uuid[];
  v_category_no smallint;
begin
  select pool.chain into v_chain
  from app_public.admission_pool_categories as pc
  join app_public.admission_pools as pool
    on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
  where pc.organization_id = (count_places_left.sale).organization_id
    and pc.performance_id = (count_places_left.sale).performance_id
    and pc.ticket_category_id = count_places_left.ticket_category_id;
  if found then
    return (select min(app_private.left_in_pool(p.id)) from unnest(v_chain) as p (id));
  end if;
  select pc.category_no into v_category_no
  from app_public.performance_categories as pc
  where pc.organization_id = (count_places_left.sale).organization_id
    and pc.performance_id = (count_places_left.sale).performance_id
    and pc.ticket_category_id = count_places_left.ticket_category_id;
  perform app_private.need_seat_runs((count_places_left.sale).performance_id);
  return app_private.count_free_seats(
    count_places_left.sale, v_category_no, count_places_left.accessible
  );
end
$$;

comment on function app_private.count_places_left(app_private.sale, uuid, boolean) is
  'How many places of a category can be had now, with seats or without.';
