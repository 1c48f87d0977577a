-- If this fails, staff acts in somebody's name without a trace, too long, or beyond what is right.
select plan(39);
select tests.create_theatre();
insert into app_public.platform_staff (user_id, role)
values (tests.user_id('root'), 'admin'), (tests.user_id('sam'), 'support'),
  (tests.user_id('sue'), 'security');
select tests.user_id('ada');
create function tests.act(staff text, name text, reason text default 'She asked us to look.')
returns uuid
language sql volatile as $$
  select tests.become('lml_authenticator', tests.token('session of ' || act.staff), '');
  select (
    app_private.start_impersonation(
      tests.user_id(act.name), act.reason, tests.token(act.staff || ' as ' || act.name)
    )
  ).id
$$;
grant execute on function tests.act(text, text, text) to lml_authenticator;

select tests.as_role('lml_authenticator');
select tests.refused($$ select tests.act('ada', 'root') $$, 'LMRGT', 'a user may not');
select tests.refused($$ select tests.act('sue', 'ada') $$, 'LMRGT', 'nor security');
select tests.refused($$ select tests.act('sam', 'root') $$, 'LMSTF', 'nor anybody as staff');
select tests.refused($$ select tests.act('root', 'sam') $$, 'LMSTF', 'in either direction');
select tests.refused($$ select tests.act('sam', 'sam') $$, 'LMSTF', 'or as themselves');
select tests.refused(
  $$ select tests.act('sam', 'ada', 'Hm.') $$, 'LMINP', 'nor without saying why'
);
select tests.refused(
  $$ select tests.act('sam', 'ada', null) $$, 'LMINP', 'at all'
);
select tests.become('lml_authenticator', tests.token('session of sam'), '');
select tests.refused(
  $$ select app_private.start_impersonation(uuidv7(), 'She asked us.', tests.token('x')) $$,
  'LMNFD', 'nor as nobody'
);
select lives_ok(
  $$ select tests.keep('session', tests.act('sam', 'ada')) $$, 'support acts as a user'
);
select tests.as_owner();
select results_eq(
  $$
    select i.user_id, i.impersonator_id, i.reason, i.expires_at - i.started_at, i.ended_at is null
    from app_public.impersonations as i
  $$,
  $$ values (
    tests.user_id('ada'), tests.user_id('sam'), 'She asked us to look.', interval '1 hour', true
  ) $$,
  'it is recorded: who, whom, why, until when'
);
select is(
  (
    select e.variables ->> 'reason' from app_private.outgoing_emails as e
    where e.recipient = 'ada@example.com' and e.template = 'impersonation_started'
  ),
  'She asked us to look.', 'and told to the person'
);
create function tests.as_ada() returns void
language sql volatile as $$
  select tests.become('lml_user', tests.token('sam as ada'), '')
$$;
grant execute on function tests.as_ada() to public;

-- What is done.
select tests.as_ada();
select is(app_hidden.current_user_id(), tests.user_id('ada'), 'who acts is taken for the user');
select is(app_hidden.current_platform_role(), null, 'without the rights of staff');
select tests.refused(
  $$ select app_public.find_user('sue@example.com') $$, 'LMRGT', 'which are out of reach'
);
select app_public.create_organization('Hers', 'hers', 'o@example.com', 'EUR');
select tests.as_owner();
select is_empty(
  $$
    select a.entity_type, a.user_id, a.impersonator_id from app_public.audit_log as a
    where a.organization_id = (select id from app_public.organizations where slug = 'hers')
      and (a.user_id, a.impersonator_id)
        is distinct from (tests.user_id('ada'), tests.user_id('sam'))
  $$,
  'every row of what is done has both: in whose name, and who'
);
select isnt(
  (
    select count(*) from app_public.audit_log as a
    where a.impersonator_id = tests.user_id('sam') and a.entity_type = 'organizations'
  ),
  0::bigint, 'and there are such rows'
);

-- What is not for them.
select tests.as_ada();
select tests.keep('own', id) from app_public.user_sessions where impersonator_id is null;
select tests.refused(
  $$ select app_public.revoke_session(tests.id('own')) $$, 'LMIMP', 'ending the user''s session'
);
select tests.refused(
  $$ select app_public.revoke_trusted_device(uuidv7()) $$, 'LMIMP', 'or the trust in a device'
);
select tests.refused($$ select app_public.sign_out_everywhere() $$, 'LMIMP', 'all at once');
select tests.become('lml_authenticator', tests.token('sam as ada'), '');
select tests.refused(call, 'LMIMP', call)
from unnest(array[
  $$ select app_private.change_password('$argon2id$x') $$,
  $$ select app_private.request_email_change('x@example.com', tests.token('x')) $$,
  $$ select app_private.enroll_two_factor('x') $$,
  $$ select app_private.confirm_two_factor(array['x']) $$,
  $$ select app_private.remove_two_factor() $$,
  $$ select app_private.close_account() $$,
  $$ select app_private.start_impersonation(tests.user_id('eve'), 'As her.', tests.token('y')) $$
]) as call;
select tests.refused(
  $$ select app_private.refresh_session(tests.token('longer')) $$, 'LMSES', 'nor making it longer'
);

-- Who sees it.
select tests.sign_in('ada');
select is(tests.visible('app_public.impersonations'), '1', 'the person sees it');
select is(
  (select count(*) from app_public.user_sessions where impersonator_id = tests.user_id('sam')),
  1::bigint, 'also in the list of sessions'
);
select tests.refused(
  $$ select app_public.end_impersonation() $$, 'LMNFD', 'and is not acting in anybody''s name'
);
select tests.sign_in('eve');
select is(tests.visible('app_public.impersonations'), '0', 'strangers do not');
select tests.sign_in('sue');
select is(tests.visible('app_public.impersonations'), '1', 'other staff does');

-- How it ends.
select tests.as_ada();
select is(
  (app_public.end_impersonation()).session_id, tests.id('session'), 'it is ended by who acts'
);
select tests.as_ada();
select is(app_hidden.current_user_id(), null, 'at once');
select tests.as_owner();
select is(
  (select ended_at from app_public.impersonations), now(), 'which is recorded'
);
select tests.as_role('lml_authenticator');
select tests.act('root', 'eve');
select tests.sign_in('root');
select app_public.grant_platform_role(tests.user_id('sue'), 'admin');
select tests.sign_in('sue');
select app_public.revoke_platform_role(tests.user_id('root'));
select tests.become('lml_user', tests.token('root as eve'), '');
select is(app_hidden.current_user_id(), null, 'it ends with the role of who acts');
select tests.as_owner();
select is(
  (select count(*) from app_public.impersonations where ended_at is null), 0::bigint,
  'which is recorded, too'
);
-- The token differs from the first: each is good for one session.
select tests.become('lml_authenticator', tests.token('session of sue'), '');
select app_private.start_impersonation(
  tests.user_id('eve'), 'She asked us to look.', tests.token('sue as eve')
);
select tests.become('lml_user', tests.token('sue as eve'), '');
select is(app_hidden.current_user_id(), tests.user_id('eve'), 'somebody acts again');
select tests.sign_in('sue');
select app_public.sign_out_everywhere();
select tests.become('lml_user', tests.token('sue as eve'), '');
select is(app_hidden.current_user_id(), null, 'until who acts signs out everywhere');
