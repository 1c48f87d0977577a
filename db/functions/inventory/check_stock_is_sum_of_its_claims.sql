create or replace function app_private.check_stock_is_sum_of_its_claims()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_stock_is_sum_of_its_claims() is
  'A stock whose counters are not what its claims sum to.';
