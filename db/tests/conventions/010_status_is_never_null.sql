-- A status is always known: a null would pass every check and match no comparison.
-- To resolve: `not null`, with a first status as the default where there is one.
with exceptions (column_name, reason) as (
  values
    (
      'app_public.booking_state_transitions.from_status',
      'Null is the beginning: there was no status before the first.'
    ),
    (
      'app_public.refunds.stripe_status',
      'A copy of what Stripe says, which is nothing at first. Our own status beside it is known.'
    ),
    (
      'app_public.payment_intents.stripe_status',
      'A copy of what Stripe says, which is nothing at first. Our own status beside it is known.'
    )
)
select
  format('%s.%I', c.oid::regclass, a.attname) as object,
  'may be null' as problem
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and c.relkind in ('r', 'p')
  and a.attnum > 0
  and not a.attisdropped
  and a.attname ~ '(^|_)status$'
  and not c.relispartition
  and not a.attnotnull
  and not exists (
    select
    from exceptions
    where exceptions.column_name = format('%s.%I', c.oid::regclass, a.attname)
  )
order by 1;
