-- The name of a trigger function begins with tg_ (its table's own) or tg__ (shared), that of
-- another function does not. Nobody calls a trigger function, so app_public holds none.
select
  p.oid::regprocedure::text as object,
  case
    when n.nspname = 'app_public' then 'a trigger function is not part of the API'
    when p.prorettype = 'trigger'::regtype then 'is a trigger function, name it tg_<table>__<task>'
    else 'is no trigger function'
  end as problem
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and (
    (p.prorettype = 'trigger'::regtype) <> (p.proname ~ '^tg_([a-z0-9_]*[a-z0-9]_)?_[a-z0-9_]+$')
    or (p.prorettype = 'trigger'::regtype and n.nspname = 'app_public')
  )
order by 1;
