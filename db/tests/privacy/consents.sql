-- If this fails, nobody can prove what people agreed to, or somebody agrees in their name.
select plan(23);

select tests.create_theatre();
select tests.sign_in('ada');
select is(
  (app_public.give_consent('newsletter', '2026-01')).is_given, true, 'a user agrees'
);
select is(
  (app_public.give_consent('newsletter', '2026-01')).id,
  (select id from app_public.consents), 'saying it again adds nothing'
);
select set_config('lml.channel', 'mobile', true);
select is(
  (app_public.give_consent('newsletter', '2026-02')).source, 'mobile', 'another wording does'
);
select app_public.give_consent('newsletter', '2026-02', tests.id('theatre.organization'));
select is((app_public.withdraw_consent('newsletter')).is_given, false, 'what was given is taken back');
select is(
  (app_public.withdraw_consent('newsletter')).id,
  (select id from app_public.consents where not is_given), 'once'
);
select is(
  (app_public.withdraw_consent('analytics')).wording_version, 'none',
  'what never was given can be objected to'
);
select results_eq(
  $$ select is_given, wording_version from app_public.consents
    where organization_id is null and purpose = 'newsletter' order by created_at $$,
  $$ values (true, '2026-01'), (true, '2026-02'), (false, '2026-02') $$, 'history has all of it'
);
select results_eq(
  $$ select organization_id, purpose::text collate "default", is_given
    from app_public.current_consents() order by 3, 2 $$,
  $$ values
    (null::uuid, 'analytics', false), (null, 'newsletter', false),
    (tests.id('theatre.organization'), 'newsletter', true) $$,
  'now counts the last word, for each whom it is given to'
);
select tests.as_owner();
select is(
  app_private.has_consent(tests.user_id('ada'), 'newsletter')::text || ', '
    || app_private.has_consent(
      tests.user_id('ada'), 'newsletter', tests.id('theatre.organization')
    ) || ', ' || app_private.has_consent(tests.user_id('ada'), 'marketing'),
  'false, true, false', 'and so it is asked'
);

-- Bad input.
select tests.sign_in('ada');
select tests.refused(
  $$ select app_public.give_consent('newsletter', '') $$, 'LMINP', 'a wording has a version'
);
select tests.refused(
  $$ select app_public.give_consent(null, 'x') $$, 'LMINP', 'a consent has a purpose'
);
select tests.refused(
  $$ select app_public.give_consent('newsletter', 'x', uuidv7()) $$, 'LMNFD', 'and somebody to have it'
);
select tests.as_anonymous();
select tests.refused(
  $$ select app_public.give_consent('newsletter', 'x') $$, '42501', 'nobody agrees for nobody'
);

-- Others.
select tests.sign_in('eve');
select is(tests.visible('app_public.consents'), '0', 'strangers see nothing');
select tests.sign_in('theatre owner');
select is(
  tests.visible('app_public.consents'), '1', 'an organization sees what was given to it'
);
select tests.sign_in('theatre manager');
select is(tests.visible('app_public.consents'), '0', 'by who answers for it');

-- A customer without an account, on paper.
select tests.as_owner();
select tests.sell('paid', 'theatre', 1, 1);
select tests.keep('customer', (select customer_id from app_public.bookings));
select tests.attempt_as('theatre admin', $$ select app_public.record_customer_consent(
  tests.id('customer'), 'marketing', true, 'form 7', 'paper') $$);
select is(
  (select source from app_public.consents where customer_id = tests.id('customer')), 'paper',
  'what was said on paper is written down'
);
select is(
  tests.attempt_as('theatre support', $$ select app_public.record_customer_consent(
    tests.id('customer'), 'marketing', false, 'x', 'telephone') $$),
  'LMRGT', 'by who answers for it'
);

-- History.
select tests.as_owner();
select tests.refused(s, 'LMAPP', s)
from unnest(array[
  'update app_public.consents set is_given = true', 'delete from app_public.consents',
  'truncate app_public.consents'
]) as s;
update app_public.user_sessions set impersonator_id = tests.user_id('eve')
where user_id = tests.user_id('ada');
select tests.sign_in('ada');
select tests.refused(
  $$ select app_public.give_consent('marketing', 'x') $$, 'LMIMP', 'nobody agrees in her name'
);
select tests.refused(
  $$ select app_public.withdraw_consent('newsletter') $$, 'LMIMP', 'nor takes it back'
);
