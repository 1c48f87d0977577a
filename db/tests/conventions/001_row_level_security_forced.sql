-- Every table enables and forces row-level security, partitions included: a query that names a
-- partition directly meets the policies of that partition, not those of its parent. Forced, so that
-- the owner's functions obey as well.
-- To resolve: `alter table ... enable row level security, force row level security` in db/policies.
select
  c.oid::regclass::text as object,
  case
    when not c.relrowsecurity then 'row-level security is not enabled'
    else 'row-level security is not forced'
  end as problem
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and c.relkind in ('r', 'p')
  and not (c.relrowsecurity and c.relforcerowsecurity)
order by 1;
