create or replace function app_private.check_months_follow_each_other()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'months_follow_each_other', p.organization_id, p.id,
    format('%s begins at %s, the one before it ended at %s', to_char(p.period, 'YYYY-MM'),
      p.starts_at, before.ends_at)
  from app_public.accounting_periods as p
  join lateral (
    select o.period, o.ends_at, o.status
    from app_public.accounting_periods as o
    where o.organization_id = p.organization_id and o.period < p.period
    order by o.period desc
    limit 1
  ) as before on true
  where before.ends_at <> p.starts_at
    or before.period <> (p.period - interval '1 month')::date
    or before.status < p.status
$$;

comment on function app_private.check_months_follow_each_other() is
  'A month of the books that does not begin where the one before it ends.';
