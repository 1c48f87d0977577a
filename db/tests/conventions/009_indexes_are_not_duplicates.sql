-- Two indexes of one table on the same columns, in the same order and for the same rows, cost twice
-- and serve once.
-- To resolve: drop the one that no constraint needs.
select
  min(i.indrelid::regclass::text) as object,
  'the same index several times: ' || string_agg(i.indexrelid::regclass::text, ', ') as problem
from pg_index i
join pg_class c on c.oid = i.indrelid
join pg_class index_class on index_class.oid = i.indexrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('app_public', 'app_hidden', 'app_private')
group by
  i.indrelid, index_class.relam, i.indkey::text, i.indclass::text, i.indcollation::text,
  i.indoption::text, i.indisexclusion,
  coalesce(pg_get_expr(i.indexprs, i.indrelid), ''),
  coalesce(pg_get_expr(i.indpred, i.indrelid), '')
having count(*) > 1
order by 1;
