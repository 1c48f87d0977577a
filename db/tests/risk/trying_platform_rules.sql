-- If this fails, whoever founds an organization can feel for the thresholds of the platform's rules.
select plan(4);

select tests.create_theatre();
select tests.keep(
  'rule', (select id from app_public.fraud_detection_rules where organization_id is null limit 1)
);
create function tests.try() returns bigint
language sql volatile as $$
  select count(*) from app_public.try_fraud_rule(
    tests.id('theatre.organization'), now() - interval '1 day', now(), tests.id('rule')
  )
$$;
grant execute on function tests.try() to public;
select tests.sign_in('theatre owner');
select tests.refused('select tests.try()', 'LMNFD', 'an organization that nobody verified');
select tests.as_owner();
update app_public.organizations set verification_status = 'verified'
where id = tests.id('theatre.organization');
select tests.sign_in('theatre owner');
select is(tests.try(), 0::bigint, 'a verified one may try them');
select tests.as_owner();
update app_public.organizations set verification_status = 'rejected'
where id = tests.id('theatre.organization');
select tests.sign_in('theatre owner');
select tests.refused('select tests.try()', 'LMNFD', 'a rejected one may not');
select lives_ok(
  $$ select app_public.try_fraud_rule(
    tests.id('theatre.organization'), now() - interval '1 day', now(),
    rule_type => 'velocity_user', trigger_count => 2, window_seconds => 60
  ) $$, 'but all may try one of their own'
);
