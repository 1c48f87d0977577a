-- GraphQL has one field per name, so a function of app_public has one signature. Its arguments
-- become the field's, so they have names, and plain ones: no p_ prefix.
select min(p.oid::regprocedure::text) as object, 'has overloads' as problem
from pg_proc p
where p.pronamespace = to_regnamespace('app_public')
group by p.proname
having count(*) > 1
union all
select p.oid::regprocedure::text, 'has an argument without a name, or with a prefix'
from pg_proc p
cross join lateral unnest(
  coalesce(p.proargnames[1:p.pronargs], array_fill(''::text, array[p.pronargs::integer]))
) as argument (name)
where p.pronamespace = to_regnamespace('app_public')
  and p.prorettype <> 'trigger'::regtype
  -- A function of one row type is a computed column: its argument is the row, and has no name to
  -- show.
  and not (
    p.pronargs >= 1
    and argument.name = coalesce(p.proargnames[1], '')
    and exists (
      select
      from pg_type t
      where t.oid = p.proargtypes[0] and t.typtype = 'c'
    )
  )
  and (argument.name = '' or argument.name ~ '^p_')
group by p.oid
order by 1, 2;
