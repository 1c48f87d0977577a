import { type Rule, ourSchemas } from "./rule.ts";

/** Whether what migrations made still does what it was made for. */
export const objects: readonly Rule[] = [
  {
    check: "triggers",
    query: `select format('%s of %s does not run', t.tgname, c.oid::regclass) as problem
      from pg_trigger as t
      join pg_class as c on c.oid = t.tgrelid
      where c.relnamespace::regnamespace::text in ${ourSchemas} and t.tgenabled in ('D', 'R')
      order by 1`,
    fine: "all of them run",
    advice:
      "What they guard and write down has been open since they were disabled: `alter table ... enable trigger`, and look at " +
      "what happened meanwhile (`npx lml check`).",
  },
  {
    check: "constraints",
    query: `select format('%s of %s is not %s', k.conname, k.conrelid::regclass,
        case when k.conenforced then 'validated' else 'enforced' end) as problem
      from pg_constraint as k
      join pg_class as c on c.oid = k.conrelid
      where c.relnamespace::regnamespace::text in ${ourSchemas}
        and not (k.convalidated and k.conenforced)
      union all
      select format('the index %s is not valid', i.indexrelid::regclass)
      from pg_index as i
      join pg_class as c on c.oid = i.indrelid
      where c.relnamespace::regnamespace::text in ${ourSchemas}
        and not (i.indisvalid and i.indisready and i.indislive)
      union all
      select format('%s has no primary key', c.oid::regclass)
      from pg_class as c
      where c.relnamespace::regnamespace::text in ${ourSchemas} and c.relkind in ('r', 'p')
        and not exists (select from pg_index as i where i.indrelid = c.oid and i.indisprimary)
      order by 1`,
    fine: "all of them hold for every row",
    advice:
      "What they prove is not proven: `alter table ... validate constraint`, or `reindex index`, which says what is wrong.",
  },
  {
    check: "definer functions",
    query: `select format('%s does not pin its search_path', p.oid::regprocedure) as problem
      from pg_proc as p
      where p.pronamespace::regnamespace::text in ${ourSchemas} and p.prosecdef
        and not coalesce(p.proconfig, '{}') @> array['search_path=""']
      order by 1`,
    fine: "every one pins its search_path",
    advice:
      "Whoever chooses its search_path chooses what its names mean: `alter function ... set search_path = ''`.",
  },
  {
    check: "views",
    query: `select format('%s shows what its owner sees', c.oid::regclass) as problem
      from pg_class as c
      where c.relnamespace::regnamespace::text = 'app_public'
        and (c.relkind = 'm'
          or c.relkind = 'v' and not coalesce(c.reloptions, '{}') @> '{security_invoker=true}'
            -- The masked views have a condition of their own.
            and not (
              c.relname in ('bookings_manager', 'customers_manager')
              and coalesce(c.reloptions, '{}') @> '{security_barrier=true}'
            ))
        and exists (
          select from aclexplode(c.relacl) as a
          where a.grantee = 0 or a.grantee::regrole::text in ('lml_anonymous', 'lml_user')
        )
      order by 1`,
    fine: "those that requests may read ask as whoever reads them, or mask what they show",
    advice: "`alter view ... set (security_invoker = true)`",
  },
];
