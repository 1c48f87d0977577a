-- Every foreign key has an index on its own side that begins with its columns, in any order:
-- without one, deleting or re-keying a parent scans the whole child, and holds locks meanwhile. A
-- partial index serves when it leaves out only nulls, which refer to nothing, and a unique one when it
-- has no other columns than the key's: it finds one row.
-- To resolve: create the index, or, where a measurement says that it costs more than it gives, add
-- an exception.
with exceptions (child, parent, reason) as (
  values
    (
      'app_public.seat_booking_state', 'app_public.bookings',
      'An index on what every hold changes would end heap-only updates; bookings are never deleted.'
    ),
    (
      'app_public.seat_booking_state', 'app_public.performance_categories',
      'The primary key narrows the search to one performance, whose seats are few.'
    ),
    (
      'app_public.seat_booking_state', 'app_public.performances',
      'The primary key begins with the performance, which belongs to one organization.'
    ),
    -- Without a child: whichever table refers to it.
    (null, 'app_public.currencies', 'Codes of ISO 4217 are neither deleted nor renamed.')
),
keys as (
  select
    k.oid, k.conname, k.conrelid, k.confrelid, k.conkey,
    array(
      select a.attname::text
      from unnest(k.conkey) with ordinality as key (attnum, place)
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = key.attnum
      order by key.place
    ) as columns
  from pg_constraint k
  join pg_class c on c.oid = k.conrelid
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('app_public', 'app_hidden', 'app_private')
    and k.contype = 'f'
    and k.conparentid = 0
),
naked as (
  select *
  from keys
  where not exists (
    select
    from pg_index i
    where i.indrelid = keys.conrelid
      and i.indisvalid
      and (
        (i.indkey::int2[])[0:cardinality(keys.conkey) - 1] @> keys.conkey
        or (i.indisunique and (i.indkey::int2[]) <@ keys.conkey)
      )
      and (
        i.indpred is null
        or pg_get_expr(i.indpred, i.indrelid) in (
          select format('(%I IS NOT NULL)', name) from unnest(keys.columns) as name
        )
      )
  )
)
select
  naked.conrelid::regclass::text as object,
  format('%s (%s) has no covering index', naked.conname, array_to_string(naked.columns, ', '))
    as problem
from naked
where not exists (
  select
  from exceptions
  where (exceptions.child is null or to_regclass(exceptions.child) = naked.conrelid)
    and to_regclass(exceptions.parent) = naked.confrelid
)
union all
select exceptions.child, 'the exception for ' || exceptions.parent || ' is not needed (any more)'
from exceptions
where to_regclass(exceptions.child) is not null
  and not exists (
    select
    from naked
    where to_regclass(exceptions.child) = naked.conrelid
      and to_regclass(exceptions.parent) = naked.confrelid
  )
order by 1, 2;
