-- If this fails, a stranger can keep somebody from being forgotten by buying under their address; or
-- forgetting somebody makes a stranger's traces go with them.
select plan(24);

select tests.create_theatre();
select tests.user_id('bea');
update app_public.users set email_verified_at = now() where id = tests.user_id('bea');
select set_config('lml.ip_address', '198.51.100.9', true), set_config('lml.device', 'A laptop', true);
-- Mallory has an account, and sends tickets to Bea; one order is paid, the other is not.
select tests.sign_in('mallory');
select tests.keep(
  'sent', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))).id
);
select app_public.start_checkout(tests.id('sent'), 'bea@example.com');
select tests.as_owner();
select tests.pay(tests.id('sent'));
select tests.sign_in('mallory');
select tests.keep(
  'unpaid', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(2))).id
);
select app_public.start_checkout(tests.id('unpaid'), 'bea@example.com');
-- And somebody without an account types her address.
select tests.as_guest(7);
select tests.keep(
  'guest', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(3))).id
);
select app_public.start_checkout(tests.id('guest'), 'bea@example.com', 'Bea');
-- She buys for herself.
select tests.sign_in('bea');
select tests.keep(
  'own', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(4))).id
);
select app_public.start_checkout(tests.id('own'));
select set_config('lml.ip_address', '', true), set_config('lml.device', '', true);
select tests.as_owner();

-- Her own money is waited for.
select set_config('lml.session_token', tests.token('session of bea'), true);
select tests.refused(
  $$ select app_private.request_erasure() $$, 'LMOPN', 'control: what she bought is waited for'
);
select tests.pay(tests.id('own'));
select lives_ok(
  $$ select tests.keep('request', app_private.request_erasure()) $$,
  'what others buy under her address is not'
);
select set_config('lml.session_token', '', true);
select is(app_private.erase_user(tests.id('request')), true, 'nor does the job wait');
select alike(
  (select email::text from app_public.users where id = tests.user_id('bea')), 'erased+%',
  'she is forgotten'
);
select is_empty(
  $$ select from app_public.customers where email::text = 'bea@example.com' $$,
  'by the organization, too'
);
select is(
  (select string_agg(i.name, ',' order by i.name)
    from app_public.privacy_requests as r, unnest(r.left_booking_ids) as b
    join tests.ids as i on i.id = b),
  'guest,unpaid', 'but for orders that wait for money'
);
select is(
  (select completed_at from app_public.privacy_requests), null, 'so the request is not done'
);
select is(app_private.requeue_erasures(), 0, 'it is tried again');
update app_public.privacy_requests set created_at = now() - interval '2 days';
select is(app_private.requeue_erasures(), 1, 'day by day');
select is(app_private.erase_user(tests.id('request')), false, 'while it waits nothing happens');

-- One is paid, the other runs out.
select tests.pay(tests.id('guest'));
select tests.run_out(tests.id('unpaid'));
select app_private.expire_bookings();
select is(app_private.erase_user(tests.id('request')), true, 'then they are forgotten');
select is_empty(
  $$ select from app_public.bookings where customer_email::text = 'bea@example.com' $$,
  'with her address'
);
select isnt((select completed_at from app_public.privacy_requests), null, 'and the request is done');
select is(app_private.erase_user(tests.id('request')), false, 'once');

-- What is known of Mallory stays, without her address.
select results_eq(
  $$ select s.email, s.device, s.ip_address is not null
    from app_private.booking_signals as s
    where s.booking_id = tests.id('sent') and s.stage = 'checkout' $$,
  $$ values (null::text, 'A laptop', true) $$,
  'from where it was ordered is still known, and not to whom it was sent'
);
select results_eq(
  $$ select s.email, s.device, s.ip_address is not null
    from app_private.booking_signals as s
    where s.booking_id = tests.id('own') and s.stage = 'checkout' $$,
  $$ values (null::text, null::text, false) $$, 'control: of what she bought nothing is'
);

-- Whoever types the address of somebody who never bought anything learns nothing of them, and makes
-- nothing be forgotten.
select tests.user_id('cleo');
select tests.sign_in('mallory');
select tests.keep(
  'typed', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(5))).id
);
select app_public.start_checkout(tests.id('typed'), 'cleo@example.com');
select tests.as_owner();
select tests.keep('cleo customer', (
  select c.id from app_public.customers as c where c.email = 'cleo@example.com'
));

-- Whether the customer counts as Mallory's once this has happened, which is undone.
create function tests.is_mallorys_after(statement text)
returns boolean
language plpgsql volatile
as $$
declare
  v_is_hers boolean;
begin
  begin
    execute is_mallorys_after.statement;
    v_is_hers := tests.id('cleo customer') = any (
      (app_private.person_of_user(tests.user_id('mallory'))).customer_ids
    );
    raise exception 'Undone.' using errcode = 'LMEND';
  exception
    when sqlstate 'LMEND' then
      return v_is_hers;
  end;
end
$$;
select is(
  tests.is_mallorys_after('select'), true, 'control: an address that only one account ever gave'
);
select is(tests.is_mallorys_after(v.statement), v.is_hers, v.why)
from (values
  (
    $$ insert into app_public.waiting_list_entries (
        organization_id, performance_id, customer_id, quantity
      )
      values (
        tests.id('theatre.organization'), tests.id('theatre.performance'),
        tests.id('cleo customer'), 1
      ) $$,
    false, 'is not theirs when somebody waits by mail'
  ),
  (
    $$ insert into app_private.waiting_list_tokens (
        token_hash, organization_id, performance_id, quantity, is_accessible, email, expires_at
      )
      values (
        sha256('any'), tests.id('theatre.organization'), tests.id('theatre.performance'), 1,
        false, 'cleo@example.com', now() + interval '1 day'
      ) $$,
    false, 'or has asked to'
  ),
  (
    $$ insert into app_public.memberships (organization_id, email)
      values (tests.id('theatre.organization'), 'cleo@example.com') $$,
    false, 'or is a member'
  ),
  (
    $$ insert into app_public.consents (
        organization_id, customer_id, purpose, is_given, wording_version, source
      )
      values (
        tests.id('theatre.organization'), tests.id('cleo customer'), 'marketing', true, '1', 'mail'
      ) $$,
    false, 'or has consented'
  ),
  (
    $$ update app_public.users set email = 'cleo@example.com', email_verified_at = now()
      where id = tests.user_id('cleo') $$,
    false, 'or has an account with it'
  ),
  (
    $$ update app_public.users set email = 'cleo@example.com' where id = tests.user_id('cleo') $$,
    true, 'if it is proven'
  )
) as v (statement, is_hers, why);
select * from tests.consistent();
