create or replace function app_private.add_on_count_of(add_on_id uuid)
returns app_public.add_on_count
language sql stable security definer set search_path = ''
as $$
  select s.add_on_id, s.total, s.held - l.lapsed, s.sold, s.total - s.held - s.sold + l.lapsed
  from app_private.add_on_counters as s
  cross join lateral (
    select coalesce(sum(c.quantity), 0)::integer as lapsed
    from app_private.add_on_claims as c
    where c.add_on_id = s.add_on_id and c.held_until <= now()
  ) as l
  where s.add_on_id = add_on_count_of.add_on_id
$$;

comment on function app_private.add_on_count_of(uuid) is
  'How many there are of an add-on; a claim that has lapsed is free.';
