-- A partition that is named directly does not meet its parent's policies, so nobody but the owner
-- has rights on it.
-- To resolve: revoke them. Rights on the parent are enough.
select distinct
  c.oid::regclass::text as object,
  coalesce(nullif(entry.grantee, 0)::regrole::text, 'PUBLIC') || ' has rights on a partition'
    as problem
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
cross join lateral aclexplode(c.relacl) as entry
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and c.relispartition
  and entry.grantee <> c.relowner
order by 1, 2;
