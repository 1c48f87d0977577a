-- Every column has a class: who stores something new about people says so, and what becomes of it.
-- To resolve: add the line to db/functions/privacy/declared_classes.sql; if it is personal, sensitive
-- or secret, also the table to personal_tables.sql.
with unclassified as (
  select c.relation, string_agg(c.column_name, ' ' order by c.column_name) as columns,
    string_agg(format('%s.%s', c.relation, c.column_name), ', ' order by c.column_name) as names
  from app_private.column_classes as c
  where c.class is null
  group by c.relation
)
select u.names as object,
  format('add (''%s'', ''internal'', null, null, ''%s''), or another class', u.relation, u.columns)
    as problem
from unclassified as u
union all
select format('%s.%s', d.relation, d.column_name), 'is declared, and does not exist: remove it'
from app_private.declared_classes as d
where not exists (
  select from app_private.column_classes as c
  where c.relation = d.relation and c.column_name = d.column_name
)
union all
select format('%s.%s', d.relation, d.column_name), 'is declared twice'
from app_private.declared_classes as d
group by d.relation, d.column_name
having count(*) > 1
union all
select format('%s.%s', c.relation, c.column_name),
  'is about a person: say what erasure makes of it (anonymize, delete or keep)'
from app_private.column_classes as c
where c.class in ('personal', 'sensitive') and c.on_erasure is null
union all
select format('%s.%s', c.relation, c.column_name),
  case c.on_erasure
    when 'keep' then 'is kept: say which reason the law gives'
    else 'is anonymized: say with which expression'
  end
from app_private.column_classes as c
where c.on_erasure in ('keep', 'anonymize') and coalesce(c.note, '') = ''
union all
select distinct c.relation,
  'has something about a person: add it to db/functions/privacy/personal_tables.sql'
from app_private.column_classes as c
where c.on_erasure in ('anonymize', 'delete')
  and not exists (select from app_private.personal_tables as p where p.relation = c.relation)
union all
select p.relation, 'is in personal_tables, and does not exist'
from app_private.personal_tables as p
where to_regclass(p.relation) is null
order by 1;
