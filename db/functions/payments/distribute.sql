-- The largest remainder: everybody gets their share rounded down, and what is left goes, one by
-- one, to those who lost most by it, the first of equals first. So nobody gets more than their
-- weight if the total is not more than all of them.
create or replace function app_hidden.distribute(total_cents bigint, weights bigint[], step integer)
returns bigint[]
language sql immutable set search_path = ''
as $$
  with shares as (
    select
      w.ordinality, w.weight,
      distribute.total_cents::numeric / distribute.step * w.weight
        / greatest((select sum(x) from unnest(distribute.weights) as x), 1) as share
    from unnest(distribute.weights) with ordinality as w (weight, ordinality)
  ),
  ranked as (
    select
      s.ordinality, floor(s.share) as share,
      row_number() over (order by s.share - floor(s.share) desc, s.ordinality) as rank,
      distribute.total_cents / distribute.step - sum(floor(s.share)) over () as left_over
    from shares as s
  )
  select coalesce(
    array_agg(
      ((r.share + (r.rank <= r.left_over)::integer) * distribute.step)::bigint
      order by r.ordinality
    ),
    '{}'
  )
  from ranked as r
$$;

comment on function app_hidden.distribute(bigint, bigint[], integer) is
  'Splits an amount in proportion to weights, in whole steps that sum to it exactly.';
