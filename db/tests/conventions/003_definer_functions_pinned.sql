-- A security definer function runs with its owner's rights, so whoever chooses its search_path
-- chooses what its names mean. It must pin an empty path and use full names.
-- To resolve: `set search_path = ''` in the function's definition.
select
  p.oid::regprocedure::text as object,
  'security definer without set search_path = ''''' as problem
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and p.prosecdef
  and not coalesce(p.proconfig, '{}') @> array['search_path=""']
order by 1;
