-- If this fails, a change leaves no trace, a trace can be wiped out, or it tells a secret.
select plan(19);

select tests.create_theatre();
select set_config('lml.request_id', 'r-1', true), set_config('lml.ip_address', '192.0.2.1', true),
  set_config('lml.user_agent', 'Test', true);
select tests.sign_in('theatre owner');
select tests.keep(
  'v', (app_public.create_venue(tests.id('theatre.organization'), 'V', 'v', 'UTC')).id
);
select results_eq(
  $$ select action, user_id, request_id, host(ip_address), user_agent, old_values,
      new_values ->> 'slug'
    from app_public.audit_log where entity_type = 'venues' and entity_id = tests.id('v') $$,
  $$ values (
    'insert', tests.user_id('theatre owner'), 'r-1', '192.0.2.1', 'Test', null::jsonb, 'v'
  ) $$,
  'who did what, when, from where'
);
select tests.as_owner();
update app_public.venues set name = 'W' where id = tests.id('v');
select results_eq(
  $$ select old_values, new_values, user_id from app_public.audit_log
    where action = 'update' and entity_id = tests.id('v') $$,
  $$ values ('{"name": "V"}'::jsonb, '{"name": "W"}'::jsonb, null::uuid) $$,
  'an update is what it changed'
);
update app_public.venues set name = 'W' where id = tests.id('v');
select is(
  (select count(*) from app_public.audit_log where action = 'update' and entity_id = tests.id('v')),
  1::bigint, 'what changes nothing is not written down'
);
delete from app_public.venues where id = tests.id('v');
select is(
  (select old_values ->> 'name' from app_public.audit_log
    where action = 'delete' and entity_id = tests.id('v')),
  'W', 'what is deleted is remembered'
);

-- What comes with a request never stops it.
select set_config('lml.ip_address', 'unknown', true), tests.sign_in('theatre owner');
select lives_ok(
  $$ select app_public.create_venue(tests.id('theatre.organization'), 'X', 'x', 'UTC') $$,
  'an address that is none does not stop anything'
);
select set_config('lml.ip_address', '', true);
select lives_ok(
  $$ select app_public.create_venue(tests.id('theatre.organization'), 'Y', 'y', 'UTC') $$,
  'nor does none'
);

-- Append-only, for the owner of the tables, too.
select tests.as_owner();
select tests.refused(statement, 'LMAPP', statement)
from unnest(array[
  'update app_public.audit_log set user_id = null', 'delete from app_public.audit_log',
  'truncate app_public.audit_log'
]) as statement;
-- A leaf shows its rows to nobody, so that there is nothing to change.
select is(
  tests.attempt(format('%s app_public.audit_log_%s%s', s.verb, l.month, s.rest)), s.outcome,
  format('%s a leaf', s.verb)
)
from (values
  ('update', ' set user_id = null', 'done'), ('delete from', '', 'done'), ('truncate', '', 'LMAPP')
) as s (verb, rest, outcome),
  (select to_char(now() at time zone 'UTC', '"y"YYYY"m"MM') as month) as l;
select is(
  (select count(*) > 20 and count(*) filter (where user_id is not null) > 10
    from app_public.audit_log),
  true, 'after which all of it is still there'
);

-- Partitions.
select is(app_private.make_partitions_ahead(), 0, 'partitions were made ahead');
select is(app_private.make_partitions_ahead(8), 6, 'more are made when asked');
select is(app_private.make_partitions_ahead(8), 0, 'once');
select is_empty(
  $$ select c.relname from pg_class as c
    where c.relispartition and c.relnamespace = 'app_public'::regnamespace and c.relkind = 'r'
      and not (c.relrowsecurity and c.relforcerowsecurity) $$,
  'each with row-level security of its own'
);
select is(
  (
    select count(*) from pg_class as c
    where c.relname = 'audit_log_' || to_char(now() at time zone 'UTC', '"y"YYYY"m"MM')
  ),
  1::bigint, 'this month has one'
);
select tests.refused(
  $$ insert into app_public.audit_log (action, entity_type, database_role, created_at)
    values ('insert', 'x', 'x', now() + interval '10 years') $$,
  '23514', 'what no partition is there for is refused'
);
