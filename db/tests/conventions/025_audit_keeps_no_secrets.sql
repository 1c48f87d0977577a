-- What is secret is not copied into the audit log, which more people may read: an audit trigger
-- names the columns of its table that hold secrets, and writes *** instead.
-- To resolve: `execute function app_hidden.tg__audit('the_column')`.
select
  c.oid::regclass::text as object, format('%s of %s is told', a.attname, t.tgname) as problem
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname in ('app_public', 'app_hidden', 'app_private')
  and t.tgfoid = to_regprocedure('app_hidden.tg__audit()')
  and not t.tgisinternal
  and (
    a.atttypid = 'bytea'::regtype
    or a.attname ~ '(password|secret|token|credential|api_key|private_key)(?!.*(_at|_id|_count)$)'
  )
  -- Arguments are kept one after the other, each ended by a zero.
  and not a.attname = any (string_to_array(encode(t.tgargs, 'escape'), '\000'))
  -- A hash of hashes, which is there to be told.
  and not (c.relname = 'closed_months' and a.attname = 'rows_hash')
order by 1, 2;
