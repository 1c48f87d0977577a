-- If this fails, somebody gets rights that nobody may give them, keeps rights that were taken, or
-- an organization belongs to nobody.
select plan(60);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.user_id('eve');
select tests.keep(
  'm.' || split_part(p.name, ' ', 1) || '.' || m.role,
  m.id
)
from app_public.organization_members as m
join tests.people as p on p.user_id = m.user_id;

-- Roles.
select tests.sign_in('theatre admin');
select is(
  (app_public.change_member_role(tests.id('m.theatre.viewer'), 'manager')).role::text, 'manager',
  'an admin gives roles'
);
select tests.refused(
  $$ select app_public.change_member_role(tests.id('m.theatre.viewer'), 'owner') $$, 'LMRGT',
  'but no ownership, which takes an owner'
);
select tests.refused(
  $$ select app_public.change_member_role(tests.id('m.theatre.admin'), 'owner') $$, 'LMRGT',
  'least of all to oneself'
);
select tests.refused(
  format($$ select app_public.%s(tests.id('m.theatre.owner')%s) $$, f, a), 'LMRGT',
  f || ' reaches nobody who has more rights'
)
from (values
  ('change_member_role', ', ''viewer'''), ('suspend_member', ''), ('remove_member', ''),
  ('grant_venue_access', ', tests.id(''theatre.venue'')'),
  ('revoke_member_permission', ', ''members.read''')
) as t (f, a);
select tests.refused(
  $$ select app_public.transfer_ownership(
    tests.id('theatre.organization'), tests.id('m.theatre.admin')
  ) $$,
  'LMRGT', 'nor is the ownership taken'
);
select tests.refused(
  $$ select app_public.change_member_role(tests.id('m.theatre.viewer'), null) $$, 'LMINP',
  'no role is none'
);
select tests.refused(
  format($$ select app_public.%s(tests.id('m.rival.viewer')%s) $$, f, a), 'LMNFD',
  f || ' reaches nobody elsewhere'
)
from (values
  ('change_member_role', ', ''viewer'''), ('suspend_member', ''), ('reactivate_member', ''),
  ('remove_member', ''), ('grant_venue_access', ', tests.id(''theatre.venue'')'),
  ('grant_member_permission', ', ''members.read''')
) as t (f, a);
select tests.refused(
  $$ select app_public.change_member_role(uuidv7(), 'viewer') $$, 'LMNFD', 'nor what is not there'
);
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.suspend_member(tests.id('m.theatre.viewer')) $$, 'LMRGT',
  'a manager manages no members'
);

-- Single permissions.
select tests.sign_in('theatre owner');
select isnt(
  (app_public.grant_member_permission(tests.id('m.theatre.coordinator'), 'events.manage')).id, null,
  'a right beyond the role'
);
select isnt(
  (app_public.grant_member_permission(tests.id('m.theatre.coordinator'), 'members.manage')).id,
  null, 'and another one'
);
select is(
  (
    select count(*) from app_public.member_permissions as p
    where p.member_id = tests.id('m.theatre.coordinator')
      and p.granted_by = tests.user_id('theatre owner')
      and (app_public.grant_member_permission(p.member_id, p.permission)).id = p.id
  ), 2::bigint, 'given twice is given once'
);
select tests.refused(
  $$ select app_public.grant_member_permission(tests.id('m.theatre.staff'), 'moon.fly') $$,
  'LMINP', 'there is no such right'
);
select tests.refused(
  $$ select app_public.grant_member_permission(tests.id('m.theatre.staff'), 'organization.own') $$,
  'LMINP', 'owning is a role'
);
select tests.sign_in('theatre coordinator');
select lives_ok(
  $$ select app_public.publish_event(tests.id('theatre.event')) $$, 'the right is in force'
);
select lives_ok(
  $$ select app_public.grant_member_permission(tests.id('m.theatre.staff'), 'events.manage') $$,
  'and may be handed on'
);
select tests.refused(
  $$ select app_public.grant_member_permission(tests.id('m.theatre.staff'), 'payments.read') $$,
  'LMRGT', 'as may nothing that one lacks'
);
select tests.refused(
  $$ select app_public.change_member_role(tests.id('m.theatre.staff'), 'admin') $$,
  'LMRGT', 'also not as a part of a role'
);
select tests.sign_in('theatre owner');
select is(
  app_public.revoke_member_permission(tests.id('m.theatre.coordinator'), 'events.manage')
    and not app_public.revoke_member_permission(
      tests.id('m.theatre.coordinator'), 'events.manage'
    ), true, 'taken once'
);
select tests.sign_in('theatre coordinator');
select tests.refused(
  $$ select app_public.publish_event(tests.id('theatre.event')) $$, 'LMRGT', 'it is gone at once'
);

-- Suspension, and the end.
select tests.sign_in('theatre owner');
select is(
  (app_public.suspend_member(tests.id('m.theatre.coordinator'))).status::text, 'suspended',
  'a member is suspended'
);
select tests.sign_in('theatre coordinator');
select is(
  app_hidden.has_permission(tests.id('theatre.organization'), 'members.manage'), false,
  'with single rights as well'
);
select tests.sign_in('theatre owner');
select is(
  (app_public.reactivate_member(tests.id('m.theatre.coordinator'))).status::text, 'active',
  'and comes back'
);
select is(app_public.remove_member(tests.id('m.theatre.coordinator')), true, 'a member goes');
select tests.refused(
  $$ select app_public.remove_member(tests.id('m.theatre.coordinator')) $$, 'LMNFD',
  'and is gone'
);
select tests.sign_in('theatre staff');
select is(app_public.leave_organization(tests.id('theatre.organization')), true, 'one leaves');
select is(
  app_public.leave_organization(tests.id('theatre.organization')), false, 'which is done once'
);

-- Nobody gives rights in somebody else's name: they would stay when the hour is over.
select tests.as_owner();
update app_public.user_sessions set impersonator_id = tests.user_id('eve')
where user_id = tests.user_id('theatre owner');
select tests.sign_in('theatre owner');
select tests.refused(call, 'LMIMP', call)
from unnest(array[
  $$ select app_public.change_member_role(tests.id('m.theatre.viewer'), 'owner') $$,
  $$ select app_public.grant_member_permission(tests.id('m.theatre.viewer'), 'audit.read') $$,
  $$ select app_public.remove_member(tests.id('m.theatre.viewer')) $$,
  $$ select app_public.lift_venue_restriction(tests.id('m.theatre.viewer')) $$,
  $$ select app_public.transfer_ownership(
    tests.id('theatre.organization'), tests.id('m.theatre.viewer')
  ) $$
]) as call;
select tests.refused(
  $$ select app_public.transfer_ownership(
    tests.id('rival.organization'), tests.id('m.rival.viewer')
  ) $$, 'LMNFD', 'who is told no more than the owner'
);
select tests.as_owner();
select set_config('lml.session_token', tests.token('session of theatre owner'), true);
select tests.refused(
  $$ select app_private.invite_member(
    tests.id('theatre.organization'), 'eve@example.com', 'owner', tests.token('eve')
  ) $$, 'LMIMP', 'nor does anybody invite themselves so'
);
update app_public.user_sessions set impersonator_id = null
where user_id = tests.user_id('theatre owner');
select isnt(
  app_private.invite_member(
    tests.id('theatre.organization'), 'eve@example.com', 'owner', tests.token('eve')
  ), null, 'control: the owner invites'
);
select tests.sign_in('theatre owner');
select lives_ok(
  $$ select app_public.grant_member_permission(tests.id('m.theatre.viewer'), 'audit.read') $$,
  'control: and gives rights'
);

-- Never ownerless.
select tests.sign_in('theatre owner');
select tests.refused(statement, 'LMOWN', statement)
from unnest(array[
  $$select app_public.leave_organization(tests.id('theatre.organization'))$$,
  $$select app_public.change_member_role(tests.id('m.theatre.owner'), 'admin')$$,
  $$select app_public.suspend_member(tests.id('m.theatre.owner'))$$,
  $$select app_public.remove_member(tests.id('m.theatre.owner'))$$
]) as statement;
select tests.as_owner();
select tests.refused(
  $$ delete from app_public.organization_members where id = tests.id('m.theatre.owner') $$,
  'LMOWN', 'psql cannot either'
);
select tests.sign_in('theatre owner');
select is(
  (app_public.transfer_ownership(tests.id('theatre.organization'), tests.id('m.theatre.manager')))
    .role::text,
  'owner', 'the ownership is handed over'
);
select tests.as_owner();
select results_eq(
  $$
    select m.role::text from app_public.organization_members as m
    where m.id in (tests.id('m.theatre.owner'), tests.id('m.theatre.manager')) order by m.role
  $$,
  $$ values ('owner'), ('admin') $$, 'and the first owner stays as an admin'
);
select is(
  (
    select count(*) from app_public.audit_log as a
    where a.entity_type in ('organization_members', 'member_permissions')
      and a.user_id in (tests.user_id('theatre owner'), tests.user_id('theatre admin'),
        tests.user_id('theatre coordinator'), tests.user_id('theatre staff'))
      and a.organization_id = tests.id('theatre.organization')
  ) > 10, true, 'all of it is in the audit log'
);

-- An account that is closed owns nothing. The admin is the manager's fellow owner, then alone.
select tests.sign_in('theatre manager');
select app_public.change_member_role(tests.id('m.theatre.admin'), 'owner');
select tests.become('lml_authenticator', tests.token('session of theatre manager'), '');
select lives_ok($$ select app_private.close_account() $$, 'one of two owners closes their account');
select tests.become('lml_authenticator', tests.token('session of theatre admin'), '');
select tests.refused(
  $$ select app_private.close_account() $$, 'LMOWN', 'the other one does not, as the last one'
);
select tests.sign_in('theatre admin');
select tests.refused(
  $$ select app_public.leave_organization(tests.id('theatre.organization')) $$, 'LMOWN',
  'nor do they leave it to a closed account'
);
select tests.refused(
  $$ select app_public.transfer_ownership(
    tests.id('theatre.organization'), tests.id('m.theatre.manager')
  ) $$,
  'LMINP', 'nor hand it over to one'
);
select tests.as_owner();
select tests.refused(
  $$ update app_public.users set account_status = 'deleted'
    where id = tests.user_id('theatre admin') $$,
  'LMOWN', 'psql cannot either'
);
select is_empty(
  $$ select * from app_public.check_invariants() $$, 'so all is well'
);
alter table app_public.users disable trigger _200_keep_an_owner;
update app_public.users set account_status = 'deleted' where id = tests.user_id('theatre admin');
select is(
  (select string_agg(i.invariant, ',') from app_public.check_invariants() as i),
  'organization_has_an_owner', 'control: without the trigger it is ownerless, which is found'
);
