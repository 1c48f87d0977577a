-- A policy is called <verb>_<who>, with the verb that it governs: select_member, insert_own,
-- all_owner.
select
  p.polrelid::regclass::text as object,
  p.polname || ' does not begin with the verb that it governs' as problem
from pg_policy p
join pg_class c on c.oid = p.polrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and p.polname !~ (
    '^' || case p.polcmd
      when 'r' then 'select'
      when 'a' then 'insert'
      when 'w' then 'update'
      when 'd' then 'delete'
      else 'all'
    end || '_[a-z0-9_]+$'
  )
order by 1, 2;
