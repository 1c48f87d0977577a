-- If this fails, nobody can tell a session that its user ended from one that somebody had to end.
select plan(9);

insert into app_public.platform_staff (user_id, role)
values (tests.user_id('root'), 'admin'), (tests.user_id('clerk'), 'support');
create function tests.session_id(who text) returns uuid
language sql stable security definer set search_path = '' as $$
  select s.id
  from app_public.user_sessions as s
  join tests.people as p on p.user_id = s.user_id
  where p.name = session_id.who
$$;
create function tests.reason(who text) returns text
language sql stable security definer set search_path = '' as $$
  select coalesce(app_public.user_sessions_logout_reason(s)::text, 'none')
  from app_public.user_sessions as s where s.id = tests.session_id(reason.who)
$$;
grant execute on function tests.session_id(text), tests.reason(text) to public;

select tests.sign_in('ada');
select is(tests.reason('ada'), 'none', 'a session that lasts has none');
select app_public.sign_out();
select is(tests.reason('ada'), 'manual', 'somebody signs out');
select tests.sign_in('eve');
select app_public.sign_out_everywhere();
select is(tests.reason('eve'), 'manual', 'everywhere');
select tests.user_id('bob');
select tests.sign_in('clerk');
select app_public.revoke_session(tests.session_id('bob'));
select is(tests.reason('bob'), 'admin', 'staff ends a session');
select app_public.revoke_session(tests.session_id('ada'));
select is(tests.reason('ada'), 'manual', 'which does not change why one had ended');
select tests.user_id('carl');
select app_public.suspend_user(tests.user_id('carl'), 'Sold tickets that were not his.');
select is(tests.reason('carl'), 'admin', 'a suspension ends all');
select tests.as_owner();
select app_private.store_password(tests.user_id('dora'), '$argon2id$new');
select is(tests.reason('dora'), 'security', 'a new password does');
select tests.user_id('emil');
update app_public.user_sessions
set created_at = now() - interval '2 days', expires_at = now() - interval '1 day'
where user_id = tests.user_id('emil');
select is(tests.reason('emil'), 'timeout', 'and time does');
select tests.refused(
  $$ update app_public.user_sessions set revoked_reason = 'manual'
    where user_id = tests.user_id('emil') $$,
  '23514', 'a session that nobody ended has no reason'
);
