-- A view reads with its owner's rights, past row-level security, unless it is security_invoker. A
-- materialized view cannot be, so none is exposed.
-- To resolve: `create view ... with (security_invoker = true)`.
select
  c.oid::regclass::text as object,
  case c.relkind
    when 'm' then 'a materialized view knows no row-level security'
    else 'is not security_invoker'
  end as problem
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where (
    n.nspname in ('app_public', 'app_hidden', 'app_private')
    and c.relkind = 'v'
    and not exists (
      select
      from pg_options_to_table(c.reloptions) as option
      where option.option_name = 'security_invoker' and option.option_value::boolean
    )
  )
  or (n.nspname in ('app_public', 'app_hidden') and c.relkind = 'm')
order by 1;
