-- Every column of events may be read by whoever sees the event, except for what the platform takes.
-- A column that came after the policy file has run last is granted to nobody.
-- To resolve: run db/policies/events/events.sql again, by changing it.
select
  'app_public.events.' || a.attname as object,
  r.rolname || case
    when has_column_privilege(r.oid, a.attrelid, a.attnum, 'select') then ' may read it'
    else ' may not read it'
  end as problem
from pg_attribute as a
cross join pg_roles as r
where a.attrelid = 'app_public.events'::regclass
  and a.attnum > 0
  and not a.attisdropped
  and r.rolname in ('lml_anonymous', 'lml_user')
  and has_column_privilege(r.oid, a.attrelid, a.attnum, 'select')
    = (a.attname = 'commission_percentage')
order by 1, 2;
