-- A foreign key between two tenant tables includes organization_id, so that a row can never be
-- attached to another tenant's parent: row-level security does not apply to the check of a foreign
-- key.
-- To resolve: `foreign key (organization_id, x_id) references ... (organization_id, id)`. Where the
-- parent may belong to nobody, a trigger that says the same makes it an exception.
with exceptions (constraint_name, reason) as (
  values (
    'fraud_alerts_rule_id_fkey',
    'A rule of the platform has no organization; fraud_alerts._200_check_rule refuses others'''
  ), (
    'seat_allocation_seats_performance_id_seat_no_fkey',
    'Both belong to the performance by keys that carry the organization'
  )
)
select
  k.conrelid::regclass::text as object,
  format('%s refers to %s without organization_id', k.conname, k.confrelid::regclass) as problem
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute child on child.attrelid = k.conrelid and child.attname = 'organization_id'
join pg_attribute parent on parent.attrelid = k.confrelid and parent.attname = 'organization_id'
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and k.contype = 'f'
  and k.conparentid = 0
  and not exists (
    select
    from unnest(k.conkey, k.confkey) as pair (child_attnum, parent_attnum)
    where pair.child_attnum = child.attnum and pair.parent_attnum = parent.attnum
  )
  and not exists (select from exceptions where exceptions.constraint_name = k.conname)
order by 1, 2;
