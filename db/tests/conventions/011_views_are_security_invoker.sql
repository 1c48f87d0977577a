-- A view reads with its owner's rights, past row-level security, unless it is security_invoker. A
-- materialized view cannot be, so none is exposed.
-- Exceptions: the masked views, which show what their readers may not read raw. They have a condition
-- of their own, and must be a security barrier.
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
      where option.option_value::boolean
        and option.option_name = case
          when c.oid::regclass::text in (
            'app_public.bookings_manager', 'app_public.customers_manager',
            'app_public.bookings_analyst', 'app_public.customers_analyst',
            'app_public.tickets_analyst', 'app_public.payments_analyst',
            'app_public.performances_analyst'
          ) then 'security_barrier'
          else 'security_invoker'
        end
    )
  )
  or (n.nspname in ('app_public', 'app_hidden') and c.relkind = 'm')
order by 1;
