create or replace function app_private.let_categories_draw_from(
  event app_public.events, pool_id uuid, ticket_category_ids uuid[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  insert into app_public.admission_pool_categories (
    organization_id, performance_id, pool_id, ticket_category_id
  )
  select p.organization_id, p.performance_id, p.id, c.id
  from app_public.admission_pools as p
  join app_public.ticket_categories as c
    on c.organization_id = p.organization_id
    and c.event_id = (let_categories_draw_from.event).id
    and c.id = any (let_categories_draw_from.ticket_category_ids)
    and cardinality(c.seat_categories) + cardinality(c.sections) = 0
  where p.id = let_categories_draw_from.pool_id
  on conflict do nothing;
  get diagnostics v_count = row_count;
  if v_count <> cardinality(let_categories_draw_from.ticket_category_ids) then
    raise exception
      'A pool is for categories of the event that cover no seats and have no pool yet.'
      using errcode = 'LMINP', detail = 'ticket_category_ids';
  end if;
end
$$;

comment on function app_private.let_categories_draw_from(app_public.events, uuid, uuid[]) is
  'Lets categories of admissions draw from a pool. Raises LMINP.';
