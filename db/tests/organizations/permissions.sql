-- If this fails, a role may do more or less than role_permissions says, or a stranger learns of it.
select plan(17);

select tests.create_theatre();
select tests.create_theatre('rival');

select results_eq(
  $$
    select p.permission, string_agg(p.role::text, ' ' order by p.role)
    from app_public.role_permissions as p
    where p.permission in ('organization.manage', 'bookings.manage', 'payments.read', 'audit.read',
      'tickets.scan', 'events.manage', 'privacy.manage', 'customers.read_names')
    group by p.permission order by p.permission
  $$,
  $$ values
    ('audit.read', 'owner admin'),
    ('bookings.manage', 'owner admin manager support'),
    ('customers.read_names', 'owner admin manager support'),
    ('events.manage', 'owner admin manager'),
    ('organization.manage', 'owner admin'),
    ('payments.read', 'owner admin'),
    ('privacy.manage', 'owner admin'),
    ('tickets.scan', 'owner admin manager coordinator staff')
  $$,
  'what is dangerous is given to few'
);

-- Each role meets one function of each kind, in its own organization.
select is(
  (
    select string_agg(
      tests.attempt_as(
        'theatre ' || r,
        format(
          'select app_public.create_venue(tests.id(''theatre.organization''), ''V'', %L, ''UTC'')',
          'venue-' || r
        )
      ), ' ' order by r
    )
    from unnest(enum_range(null::app_public.organization_role)) as r
  ),
  'done done done LMRGT LMRGT LMRGT LMRGT LMRGT', 'three roles add venues'
);
select is(
  (
    select string_agg(
      tests.attempt_as(
        'theatre ' || r, $$ select app_public.publish_event(tests.id('theatre.event')) $$
      ), ' ' order by r
    )
    from unnest(enum_range(null::app_public.organization_role)) as r
  ),
  'done done done LMRGT LMRGT LMRGT LMRGT LMRGT', 'three roles publish'
);
select is(
  (
    select string_agg(
      tests.attempt_as(
        'theatre ' || r, $$ select app_public.scan_ticket(tests.id('theatre.performance'), 'x') $$
      ), ' ' order by r
    )
    from unnest(enum_range(null::app_public.organization_role)) as r
  ),
  'done done done done done LMRGT LMRGT LMRGT', 'five roles stand at the door'
);

-- Strangers, also the owner of another organization, are told that there is no such thing.
select tests.sign_in('rival owner');
select tests.refused(statement, 'LMNFD', statement)
from unnest(array[
  $$select app_public.create_venue(tests.id('theatre.organization'), 'V', 'v', 'UTC')$$,
  $$select app_public.import_venue_layout(tests.id('theatre.venue'), '{}', 'x')$$,
  $$select app_public.create_event(
    tests.id('theatre.organization'), tests.id('theatre.venue'), 'E', 'e'
  )$$,
  $$select app_public.create_performance(
    tests.id('theatre.event'), tests.id('theatre.layout'), now()
  )$$,
  $$select app_public.create_ticket_category(tests.id('theatre.event'), 'C', 1, array['x'])$$,
  $$select app_public.publish_event(tests.id('theatre.event'))$$,
  $$select app_public.scan_ticket(tests.id('theatre.performance'), 'x')$$
]) as statement;
select is(
  app_hidden.has_permission(null, 'organization.read'), null, 'nobody has a right in nothing'
);
select tests.refused(
  $$ select app_hidden.require_permission(null, 'organization.read') $$, 'LMNFD', 'which is nothing'
);

-- A membership that is not in force gives nothing.
select tests.as_owner();
update app_public.organization_members set status = 'suspended'
where user_id = tests.user_id('theatre manager');
update app_public.organization_members set status = 'pending'
where user_id = tests.user_id('theatre admin');
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.publish_event(tests.id('theatre.event')) $$,
  'LMNFD', 'a suspended member is a stranger'
);
select tests.sign_in('theatre admin');
select tests.refused(
  $$ select app_public.publish_event(tests.id('theatre.event')) $$,
  'LMNFD', 'so is one who has not accepted'
);
select tests.as_anonymous();
select is(
  app_hidden.has_permission(tests.id('theatre.organization'), 'organization.read'), false,
  'without a session there are no rights'
);
select tests.refused(
  $$ select app_hidden.require_permission(tests.id('theatre.organization'), 'events.read') $$,
  'LMAUT', 'and one is asked to sign in'
);
