-- If this fails, a suspended organization sells, its ticket holders stand outside, or somebody
-- other than the platform's staff decides about it.
select plan(34);

select tests.create_theatre();
select tests.create_event('theatre', 'draft.event');
select tests.sell('sold', 'theatre', 1, 1);
select tests.as_owner();
insert into app_public.platform_staff (user_id, role) values
  (tests.user_id('root'), 'admin'), (tests.user_id('guard'), 'security'),
  (tests.user_id('desk'), 'support');

-- Only the platform's staff.
select tests.sign_in('theatre owner');
select tests.refused(statement, 'LMRGT', statement)
from unnest(array[
  $$select app_public.suspend_organization(tests.id('theatre.organization'), 'x')$$,
  $$select app_public.reactivate_organization(tests.id('theatre.organization'))$$,
  $$select app_public.decide_organization_verification(tests.id('theatre.organization'), true)$$,
  $$select app_public.change_organization_plan(tests.id('theatre.organization'), 'enterprise')$$
]) as statement;
select tests.sign_in('guard');
select tests.refused(
  $$ select app_public.change_organization_plan(tests.id('theatre.organization'), 'pro') $$,
  'LMRGT', 'plans are not the business of security'
);
select tests.refused(
  $$ select app_public.suspend_organization(tests.id('theatre.organization'), '') $$, 'LMINP',
  'a reason is needed'
);
select tests.refused(
  $$ select app_public.suspend_organization(tests.id('theatre.organization'), null) $$, 'LMINP',
  'which is a text'
);
select tests.refused(
  $$ select app_public.suspend_organization(uuidv7(), 'x') $$, 'LMNFD', 'of an organization'
);

-- Suspension.
select tests.as_guest(2);
select tests.keep('held', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(2))
).id);
select tests.as_guest(3);
select tests.keep('paying', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(3))
).id);
select app_public.start_checkout(tests.id('paying'), 'g3@example.com');
select tests.sign_in('guard');
select is(
  (app_public.suspend_organization(tests.id('theatre.organization'), 'Fraud')).status::text,
  'suspended', 'security suspends'
);
select is(
  (app_public.suspend_organization(tests.id('theatre.organization'), 'Again')).status::text,
  'suspended', 'once'
);
select is(
  (select string_agg(s.reason, ',') from app_public.organization_suspensions as s), 'Fraud',
  'and the reason is kept'
);
select tests.as_guest(4);
select tests.refused(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(4)) $$, 'LMEVT',
  'nothing is held'
);
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('held'), 'g2@example.com') $$, 'LMEVT',
  'nothing is sold that was held'
);
select tests.as_owner();
select tests.pay(tests.id('paying'));
select is(tests.status(tests.id('paying')), 'confirmed', 'who was paying gets the tickets');
select tests.as_anonymous();
select is(tests.visible('app_public.organizations'), '0', 'the public does not see it');
select tests.sign_in('theatre owner');
select is(tests.visible('app_public.organizations'), '1', 'its members do');
select is(tests.visible('app_public.organization_suspensions'), '1', 'with the reason');
select tests.refused(
  $$ select app_public.publish_event(tests.id('draft.event')) $$, 'LMORG', 'nothing is published'
);
select tests.sign_in('theatre staff');
select is(
  (app_public.scan_ticket(
    tests.id('theatre.performance'), tests.credential(tests.id('sold'), 1)
  )).result::text, 'success', 'tickets are good at the door'
);
select tests.sign_in('desk');
select is(
  (app_public.reactivate_organization(tests.id('theatre.organization'))).status::text, 'active',
  'support lifts it'
);
select isnt(
  (select s.lifted_at from app_public.organization_suspensions as s), null, 'and it is ended'
);
select tests.as_guest(4);
select lives_ok(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(4)) $$,
  'and it sells again'
);
select tests.as_owner();
update app_public.organizations set status = 'banned'
where id = tests.id('theatre.organization');
select tests.sign_in('root');
select tests.refused(
  $$ select app_public.reactivate_organization(tests.id('theatre.organization')) $$, 'LMORG',
  'banned is for ever'
);
select tests.as_owner();
update app_public.organizations set status = 'active'
where id = tests.id('theatre.organization');

-- Verification.
select tests.sign_in('theatre manager');
select tests.refused(
  $$
    select app_public.request_organization_verification(
      tests.id('theatre.organization'), '["register.pdf"]'
    )
  $$, 'LMRGT', 'managers do not ask'
);
select tests.sign_in('theatre admin');
select tests.refused(
  format(
    'select app_public.request_organization_verification(tests.id(%L), %L)',
    'theatre.organization', documents
  ), 'LMINP', coalesce(documents, 'null') || ' is no list of documents'
)
from unnest(array['[]', '{}', null]) as documents;
select app_public.request_organization_verification(
  tests.id('theatre.organization'), '["register.pdf"]'
);
select is(
  (app_public.request_organization_verification(
    tests.id('theatre.organization'), '["register.pdf", "passport.pdf"]'
  )).status::text, 'pending', 'it is asked for, and handed in again'
);
select tests.sign_in('desk');
select is(
  (select jsonb_array_length(v.documents) from app_public.organization_verifications as v), 2,
  'support sees it'
);
select is(
  (app_public.decide_organization_verification(tests.id('theatre.organization'), true))
    .status::text,
  'verified', 'support verifies'
);
select is(
  (
    select o.verification_status::text from app_public.organizations as o
    where o.id = tests.id('theatre.organization')
  ), 'verified', 'and it is'
);
select tests.refused(
  $$
    select app_public.decide_organization_verification(tests.id('theatre.organization'), false)
  $$, 'LMNFD', 'there is nothing left to decide'
);
select tests.sign_in('theatre admin');
select tests.refused(
  $$
    select app_public.request_organization_verification(
      tests.id('theatre.organization'), '["register.pdf"]'
    )
  $$, 'LMINP', 'nor to ask for'
);
select tests.as_owner();
select is(
  (
    select count(*) from app_public.audit_log as a
    where a.entity_type = 'organizations' and a.action = 'update'
      and a.user_id = tests.user_id('guard') and a.new_values ->> 'status' = 'suspended'
  ), 1::bigint, 'the audit log knows who did it'
);
