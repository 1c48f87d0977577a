-- If this fails, somebody in whose name staff acted cannot be forgotten, or what staff did is.
select plan(7);

select tests.create_theatre();
select tests.sell('other', 'theatre', 1, 1);
select tests.sign_in('ada');
select tests.user_id('root');
select tests.as_owner();
insert into app_public.user_sessions (id, user_id, impersonator_id, expires_at)
values (
  tests.keep('session', uuidv7()), tests.user_id('ada'), tests.user_id('root'),
  now() + interval '1 hour'
);
insert into app_public.impersonations (user_id, impersonator_id, session_id, reason, expires_at)
values (
  tests.user_id('ada'), tests.user_id('root'), tests.id('session'), 'The person asked for it.',
  now() + interval '1 hour'
);
insert into app_public.trusted_devices (id, user_id, user_agent, expires_at)
values (tests.keep('device', uuidv7()), tests.user_id('ada'), 'x', now() + interval '1 day');
insert into app_private.trusted_device_tokens (token_hash, device_id)
values (sha256('x'), tests.id('device'));
insert into app_private.sign_ups (token_hash, email, password_hash, first_name, last_name, expires_at)
values (
  sha256('x'), (select email from app_public.users where id = tests.user_id('ada')),
  '$argon2id$x', 'Ada', 'L', now() + interval '1 day'
);
-- Somebody else's ticket, on which she comes; and one that was offered to her.
insert into app_public.ticket_attendees (
  organization_id, performance_id, ticket_id, first_name, email
)
select t.organization_id, t.performance_id, t.id, 'Ada', 'ada@example.com'
from app_public.tickets as t;
insert into app_public.ticket_transfers (
  organization_id, performance_id, ticket_id, from_cart_token_hash, to_email, expires_at
)
select t.organization_id, t.performance_id, t.id, sha256('x'), 'ada@example.com',
  now() + interval '1 day'
from app_public.tickets as t;
update app_public.users set email_verified_at = now() where id = tests.user_id('ada');

select tests.become('lml_authenticator', tests.token('session of ada'), '');
select app_private.request_erasure();
select tests.as_owner();
select is(
  (select app_private.erase_user(r.id) from app_public.privacy_requests as r), true,
  'whoever was impersonated is forgotten'
);
select is(
  (select count(*) from app_public.user_sessions where user_id = tests.user_id('ada')), 0::bigint,
  'with all sessions'
);
select is(
  (select i.reason from app_public.impersonations as i where i.user_id = tests.user_id('ada')),
  'The person asked for it.', 'what staff did stays known'
);
select is(
  (select count(*) from app_public.trusted_devices) + (select count(*) from app_private.sign_ups),
  0::bigint, 'devices and requests for an account go'
);
select is_empty('select * from app_private.trusted_device_tokens', 'with what they prove');
select is_empty('select * from app_public.ticket_attendees', 'she comes on nobody''s ticket');
select alike(
  (select t.to_email::text from app_public.ticket_transfers as t), 'erased+%',
  'nor was one offered to her'
);
