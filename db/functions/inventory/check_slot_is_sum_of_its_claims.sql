create or replace function app_private.check_slot_is_sum_of_its_claims()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
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
$$;

comment on function app_private.check_slot_is_sum_of_its_claims() is
  'A slot whose counters are not what its claims sum to.';
