-- If this fails, an organization uses a domain that is somebody else's.
select plan(20);

select tests.create_theatre();
select tests.create_theatre('rival');
create function tests.proven(name text) returns boolean
language sql volatile security definer set search_path = '' as $$
  select o.custom_domain_proven_at is not null from app_public.organizations as o
  where o.id = tests.id(proven.name || '.organization')
$$;
-- What the zone of a domain says, as the worker reports it.
create function tests.zone_says(name text, variadic records text[] default '{}')
returns boolean
language sql volatile security definer set search_path = '' as $$
  select app_private.record_domain_check(
    tests.id(zone_says.name || '.organization'), 'tickets.example.com', zone_says.records
  )
$$;
create function tests.record_of(name text) returns text
language sql volatile security definer set search_path = '' as $$
  select c.record_value from app_public.domain_challenges as c
  where c.organization_id = tests.id(record_of.name || '.organization')
$$;
grant execute on function tests.proven(text) to public;

select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.request_domain_check(tests.id('theatre.organization')) $$, 'LMINP',
  'there is no domain to be proven'
);
select app_public.update_organization(
  tests.id('theatre.organization'), custom_domain => 'tickets.example.com'
);
select is(
  (app_public.request_domain_check(tests.id('theatre.organization'))).record_name,
  '_lml-challenge.tickets.example.com', 'a record is asked for'
);
select is(
  tests.attempt_as(
    w.who, $$ select app_public.request_domain_check(tests.id('theatre.organization')) $$
  ),
  w.outcome, w.who || ' is told: ' || w.outcome
)
from (values
  ('theatre manager', 'LMRGT'), ('rival owner', 'LMNFD'), ('theatre admin', 'done')
) as w (who, outcome);
select tests.sign_in('rival owner');
select is_empty('select from app_public.domain_challenges', 'others do not see it');
select tests.as_owner();
select isnt(tests.jobs('organization__check_domain'), 0::bigint, 'a job looks for it');
select results_eq(
  $$ select app_private.prepare_domain_check(tests.id('theatre.organization')) $$,
  $$ values (
    '{"domain": "tickets.example.com", "record_name": "_lml-challenge.tickets.example.com"}'::jsonb
  ) $$, 'where it is told to'
);
select is(tests.zone_says('theatre'), false, 'it is not there');
select is(tests.zone_says('theatre', 'v=spf1 -all', 'lml-verification=x'), false, 'others are');
select is(tests.proven('theatre'), false, 'so nothing is proven');
select is(
  tests.zone_says('theatre', 'v=spf1 -all', tests.record_of('theatre')), true, 'now it is there'
);
select is(tests.proven('theatre'), true, 'and the domain is the theatre''s');

-- Somebody else claims it.
select tests.sign_in('rival owner');
select app_public.update_organization(
  tests.id('rival.organization'), custom_domain => 'tickets.example.com'
);
select app_public.request_domain_check(tests.id('rival.organization'));
select tests.as_owner();
select is(tests.zone_says('rival', tests.record_of('theatre')), false, 'with the other''s record');
select is(
  array[tests.proven('theatre'), tests.proven('rival')], array[true, false], 'it stays where it is'
);
select tests.zone_says('rival', tests.record_of('rival'));
select is(
  array[tests.proven('theatre'), tests.proven('rival')], array[false, true],
  'until the zone says otherwise'
);

-- The record goes.
select tests.zone_says('rival') from generate_series(1, 6);
select is(tests.proven('rival'), true, 'it may be missing for some days');
select tests.zone_says('rival');
select is(tests.proven('rival'), false, 'a week is too long');
select tests.zone_says('rival', tests.record_of('rival'));
select is(app_private.queue_domain_checks(), 2, 'what is proven, or may be, is looked at day by day');
select tests.sign_in('rival owner');
select app_public.update_organization(
  tests.id('rival.organization'), custom_domain => 'other.example.com'
);
select is(tests.proven('rival'), false, 'another domain is proven anew');
