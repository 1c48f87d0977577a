-- If this fails, the jobs of a killed worker wait for hours, or those of a living one run twice.
select plan(9);

select app_private.add_job('payment_intent__create', jsonb_build_object('payment_intent_id', n))
from generate_series(1, 3) as n;
create function tests.lock(worker_id text, payload_id integer, ago interval) returns void
language sql volatile as $$
  update graphile_worker._private_jobs set locked_by = worker_id, locked_at = now() - ago
  where (payload ->> 'payment_intent_id')::integer = payload_id
$$;
select tests.lock('killed', 1, '5 minutes'), tests.lock('slow', 2, '5 minutes'),
  tests.lock('new', 3, '5 seconds');
insert into app_private.worker_heartbeats (worker_id, beaten_at)
values ('killed', now() - interval '1 minute'), ('long gone', now() - interval '2 days');

select tests.as_role('lml_worker');
select lives_ok(
  $$ select app_private.beat_worker('slow') from generate_series(1, 2) $$,
  'a worker says that it is alive'
);
select is(
  app_private.unlock_dead_workers(), array['killed'], 'who has been silent for a while is dead'
);
select tests.as_owner();
select results_eq(
  $$ select (payload ->> 'payment_intent_id')::integer from graphile_worker._private_jobs
    where locked_by is null and payload::jsonb ? 'payment_intent_id' $$,
  $$ values (1) $$, 'whose jobs are free'
);
select is(
  (select count(*) from graphile_worker._private_jobs where locked_by in ('slow', 'new')),
  2::bigint,
  'those of the living are not, nor those of who has just begun'
);
select is_empty(
  $$ select from app_private.worker_heartbeats where worker_id = 'long gone' $$,
  'old heartbeats are forgotten'
);
select is(app_private.unlock_dead_workers(), '{}', 'a second look finds nobody');
select is(
  app_private.unlock_dead_workers(interval '1 second'), array['new'],
  'who never said anything is judged by the age of the lock'
);
select tests.sign_in('ada');
select tests.refused(
  'select app_private.unlock_dead_workers()', '42501', 'no request declares anybody dead'
);
select tests.refused(
  $$ select app_private.beat_worker('me') $$, '42501', 'nor itself a worker'
);
