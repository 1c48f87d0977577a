-- Row-level security is forced, so the owner's definer functions see rows only through a policy:
-- each table has all_owner. Partitions are reached through their parent.
-- To resolve: `create policy all_owner on ... to lml_owner using (true) with check (true)`.
select c.oid::regclass::text as object, 'has no policy all_owner for lml_owner alone' as problem
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and c.relkind in ('r', 'p')
  and not c.relispartition
  and not exists (
    select
    from pg_policy p
    where p.polrelid = c.oid
      and p.polname = 'all_owner'
      and p.polcmd = '*'
      and p.polpermissive
      and p.polroles = array['lml_owner'::regrole::oid]
      and pg_get_expr(p.polqual, p.polrelid) = 'true'
  )
order by 1;
