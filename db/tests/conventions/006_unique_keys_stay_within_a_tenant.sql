-- A unique key of a tenant table either includes organization_id or holds a column that nobody can
-- guess (a uuid, or the bytea of a hash). Otherwise one tenant learns from a refused insert that
-- another one has that value.
-- To resolve: add organization_id to the key. Ids that another system makes unguessable may become
-- an exception.
with exceptions (index_name, reason) as (
  values (
    'app_private.stripe_balance_transactions_pkey', 'ids that Stripe makes, and only the worker writes'
  )
)
select
  i.indrelid::regclass::text as object,
  format('%s is unique across tenants', i.indexrelid::regclass) as problem
from pg_index i
join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute tenant on tenant.attrelid = c.oid and tenant.attname = 'organization_id'
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and (i.indisunique or i.indisexclusion)
  and not c.relispartition
  and not exists (
    select
    from unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) as key (attnum)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = key.attnum
    where a.attname = 'organization_id' or a.atttypid in ('uuid'::regtype, 'bytea'::regtype)
  )
  and not exists (
    select from exceptions where to_regclass(exceptions.index_name) = i.indexrelid
  )
order by 1, 2;
