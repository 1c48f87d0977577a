-- A plan may run a subquery again for each row that it is compared with. One that locks a batch
-- (`limit 100 for update skip locked`) then finds the first batch changed already and takes another
-- one, so that more is done than was asked for, up to everything.
-- To resolve: `= any (array(select ... for update))`, which is asked for once, or a `with`.
-- In `from`, a subquery without a limit is harmless: again, it locks the same rows.
with sources as (
  select
    p.oid::regprocedure::text as object,
    -- Without comments and strings, where brackets need not pair.
    regexp_replace(p.prosrc, '--[^\n]*|/\*.*?\*/|''[^'']*''', '', 'g') as source
  from pg_proc as p
  join pg_namespace as n on n.oid = p.pronamespace
  where n.nspname in ('app_public', 'app_hidden', 'app_private')
    and p.prosrc ~* '\mfor\s+(no\s+key\s+)?(update|share)|\mfor\s+key\s+share'
),
tokens as (
  select
    s.object, t.position, lower(t.token[1]) as word, t.token[2] as bracket,
    t.token[3] is not null as is_lock, t.token[4] is not null as is_limit,
    sum(case t.token[2] when '(' then 1 when ')' then -1 else 0 end)
      over (partition by s.object order by t.position) as depth
  from sources as s
  cross join lateral regexp_matches(
    s.source, '(\w*)\s*([()])|\m(for\s+(?:no\s+key\s+)?(?:update|share|key\s+share))\M'
      || '|\m(limit)\M', 'gi'
  ) with ordinality as t (token, position)
)
select
  lock.object,
  'locks in a subquery after "' || opening.word || '" that a plan may run twice' as problem
from tokens as lock
cross join lateral (
  select t.word, t.position
  from tokens as t
  where t.object = lock.object
    and t.position < lock.position
    and t.bracket = '('
    and t.depth = lock.depth
  order by t.position desc
  limit 1
) as opening
where lock.is_lock
  and lock.depth > 0
  and opening.word not in ('array', 'as', 'materialized')
  and (opening.word <> 'from' or exists (
    select from tokens as t
    where t.object = lock.object
      and t.is_limit
      and t.depth = lock.depth
      and t.position > opening.position
      and t.position < (
        select min(closing.position) from tokens as closing
        where closing.object = lock.object
          and closing.position > lock.position
          and closing.depth < lock.depth
      )
  ))
order by 1;
