-- If this fails, an invitation lets somebody in whom nobody wanted, or keeps somebody out.
select plan(38);

select tests.create_theatre();
select tests.user_id('ada');
select tests.user_id('eve');

-- As the server does: its own role, with the session of whoever asks.
create function tests.invite(inviter text, email text, role text, number integer) returns uuid
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform set_config('lml.session_token', tests.token('session of ' || inviter), true);
  return app_private.invite_member(
    tests.id('theatre.organization'), email, role::app_public.organization_role,
    tests.token('invitation ' || number)
  );
end
$$;
grant execute on function tests.invite(text, text, text, integer) to public;
create function tests.accept(number integer) returns app_public.organization_members
language sql volatile as $$
  select app_public.accept_invitation(tests.token('invitation ' || number))
$$;
grant execute on function tests.accept(integer) to public;

select isnt(
  tests.keep('i1', tests.invite('theatre admin', 'ADA@example.com', 'manager', 1)), null,
  'an admin invites'
);
select tests.refused(
  $$ select tests.invite('theatre admin', 'eve@example.com', 'owner', 2) $$, 'LMRGT',
  'nobody above'
);
select tests.refused(
  $$ select tests.invite('theatre manager', 'eve@example.com', 'viewer', 2) $$, 'LMRGT',
  'a manager does not'
);
select tests.refused(
  $$ select tests.invite('eve', 'eve@example.com', 'viewer', 2) $$, 'LMNFD', 'a stranger neither'
);
select tests.refused(
  $$ select tests.invite('theatre admin', 'nobody', 'viewer', 2) $$, 'LMINP', 'no address'
);
select tests.refused(
  $$ select tests.invite('theatre admin', null, 'viewer', 2) $$, 'LMINP', 'none at all'
);
select tests.refused(
  $$ select tests.invite('theatre admin', 'a@b.example', null, 2) $$, 'LMINP', 'no role'
);
select tests.refused(
  $$ select tests.invite('theatre admin', 'Theatre.viewer@example.com', 'viewer', 2) $$, 'LMINP',
  'whoever is a member is not invited'
);
select is(
  (
    select count(*) from app_private.outgoing_emails as e
    where e.recipient operator(public.=) 'ada@example.com'::public.citext
      and e.template = 'organization_invitation'
      and e.variables = jsonb_build_object(
        'organization', 'theatre', 'role', 'manager', 'token', tests.token('invitation 1')
      )
  ), 1::bigint, 'the mail has the token'
);
select is_empty(
  $$
    select from app_public.audit_log as a
    where a::text like '%' || tests.token('invitation 1') || '%'
  $$, 'nothing else has'
);

-- Who may accept.
select tests.sign_in('eve');
select tests.refused($$ select tests.accept(1) $$, 'LMINV', 'not whoever the mail was passed on to');
select tests.refused($$ select tests.accept(99) $$, 'LMINV', 'not with a guess');
select tests.refused(
  $$ select app_public.accept_invitation(null) $$, 'LMINV', 'not with nothing'
);
select tests.as_anonymous();
select tests.refused($$ select tests.accept(1) $$, '42501', 'not without an account');
select tests.sign_in('ada');
select is(tests.visible('app_public.organization_invitations'), '0', 'invitations are not listed');
select is((tests.accept(1)).role::text, 'manager', 'whoever was invited does');
select is((tests.accept(1)).role::text, 'manager', 'the same call again returns the same');
select is(
  app_hidden.has_permission(tests.id('theatre.organization'), 'events.manage'), true,
  'the rights are in force'
);
select app_public.leave_organization(tests.id('theatre.organization'));
select tests.refused($$ select tests.accept(1) $$, 'LMINV', 'after leaving, it is of no use');

-- Replaced, revoked, expired.
select tests.invite('theatre admin', 'ada@example.com', 'staff', 3);
select tests.keep('i3', tests.invite('theatre admin', 'ada@example.com', 'viewer', 4));
select tests.as_owner();
select is(
  tests.id('i3'),
  (
    select i.id from app_public.organization_invitations as i
    where i.accepted_at is null and i.send_count = 2 and i.role = 'viewer'
  ), 'inviting again replaces the invitation'
);
select tests.sign_in('ada');
select tests.refused($$ select tests.accept(3) $$, 'LMINV', 'the first token is no good then');
select tests.as_owner();
select set_config('lml.session_token', tests.token('session of theatre admin'), true);
select tests.keep('i4', (
  select app_private.resend_invitation(i.id, tests.token('invitation 5'))
  from app_public.organization_invitations as i where i.accepted_at is null
));
select tests.refused(
  $$ select app_private.resend_invitation(tests.id('i1'), tests.token('invitation 6')) $$,
  'LMINV', 'an accepted one is not sent again'
);
select tests.refused(
  $$ select app_private.resend_invitation(uuidv7(), tests.token('invitation 6')) $$,
  'LMNFD', 'nor one that is not there'
);
update app_public.organization_invitations set send_count = 10 where id = tests.id('i4');
select tests.refused(
  $$ select app_private.resend_invitation(tests.id('i4'), tests.token('invitation 6')) $$,
  'LMINP', 'and not for ever'
);
update app_public.organization_invitations set expires_at = now() where id = tests.id('i4');
select tests.sign_in('ada');
select tests.refused($$ select tests.accept(5) $$, 'LMINV', 'it expires');
select tests.sign_in('theatre owner');
select isnt(
  (app_public.revoke_invitation(tests.id('i4'))).revoked_at, null, 'it is revoked'
);
select lives_ok(
  $$ select app_public.revoke_invitation(tests.id('i4')) $$, 'which may be done twice'
);
select tests.refused(
  $$ select app_public.revoke_invitation(tests.id('i1')) $$, 'LMINV', 'unless it was accepted'
);
select tests.sign_in('ada');
select tests.refused($$ select tests.accept(5) $$, 'LMINV', 'then it is of no use');

-- Whoever may not invite any more has not invited.
select tests.invite('theatre admin', 'ada@example.com', 'staff', 7);
select tests.as_owner();
update app_public.organization_members as m set role = 'viewer'
where m.user_id = tests.user_id('theatre admin');
select tests.sign_in('ada');
select tests.refused($$ select tests.accept(7) $$, 'LMINV', 'the inviter lost the right');
select tests.as_owner();
update app_public.organization_members as m set role = 'admin'
where m.user_id = tests.user_id('theatre admin');
select tests.sign_in('ada');
select is((tests.accept(7)).role::text, 'staff', 'control: with the right it works');
select tests.invite('theatre admin', 'eve@example.com', 'staff', 8);
select tests.sign_in('theatre owner');
select app_public.remove_member(m.id) from app_public.organization_members as m
where m.user_id = tests.user_id('theatre admin');
select tests.sign_in('eve');
select tests.refused($$ select tests.accept(8) $$, 'LMINV', 'the inviter is gone');

-- Nor has whoever is kept out by the platform, or has closed their account.
select tests.as_owner();
insert into app_public.platform_staff (user_id, role)
values (tests.user_id('root'), 'admin'), (tests.user_id('guard'), 'security');
select tests.invite('theatre owner', 'eve@example.com', 'owner', 9);
select tests.sign_in('guard');
select app_public.suspend_user(tests.user_id('theatre owner'), 'Runs a theatre that is not there.');
select tests.sign_in('eve');
select tests.refused($$ select tests.accept(9) $$, 'LMINV', 'the inviter is suspended');
select tests.sign_in('guard');
select app_public.reinstate_user(tests.user_id('theatre owner'));
select tests.sign_in('eve');
select is((tests.accept(9)).role::text, 'owner', 'control: reinstated, they have invited');
select tests.as_owner();
select tests.sign_in_anew('theatre owner');
select tests.invite('theatre owner', 'guard@example.com', 'viewer', 10);
select app_private.close_account();
select tests.sign_in('guard');
select tests.refused($$ select tests.accept(10) $$, 'LMINV', 'the inviter has closed their account');

-- Nobody's mailbox is flooded, by however many invitations.
select tests.as_owner();
create function tests.flood(first integer, last integer) returns text
language plpgsql volatile as $$
begin
  for i in flood.first..flood.last loop
    perform app_public.revoke_invitation(
      tests.invite('eve', 'victim@example.com', 'viewer', i)
    );
  end loop;
  return 'mailed';
end
$$;
select is(tests.flood(101, 110), 'mailed', 'control: an address is invited ten times');
select tests.refused(
  $$ select tests.flood(111, 111) $$, 'LMINP', 'and not again, though each invitation is a new one'
);
update app_private.outgoing_emails set created_at = created_at - interval '25 hours';
select is(tests.flood(112, 112), 'mailed', 'before the next day');
