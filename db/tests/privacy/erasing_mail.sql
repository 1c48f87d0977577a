-- If this fails, what an organization wrote to a customer who is to be forgotten still says to whom,
-- or its list of members does; or what others know of the same address goes with it.
select plan(6);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.sell('sale', 'theatre', 1, 1);
select tests.sell('theirs', 'rival', 1, 1);
select app_private.queue_email(
  m.recipient, m.template, '{}', case when m.theatre <> '' then tests.id(m.theatre) end
)
from (values
  ('GUEST1@example.com', 'ticket_declined', 'theatre.organization'),
  ('guest1@example.com', 'ticket_transferred', 'theatre.organization'),
  ('guest1@example.com', 'ticket_declined', 'rival.organization'),
  ('guest1@example.com', 'account_exists', ''),
  ('guest2@example.com', 'ticket_declined', 'theatre.organization')
) as m (recipient, template, theatre);
insert into app_public.memberships (organization_id, email)
values
  (tests.id('theatre.organization'), 'Guest1@example.com'),
  (tests.id('theatre.organization'), 'guest2@example.com'),
  (tests.id('rival.organization'), 'guest1@example.com');
-- What an offer writes says for whom.
select tests.as_guest(1);
select app_public.offer_ticket(t.id, 'guest1@example.com')
from app_public.held_tickets() as t where t.booking_id = tests.id('sale');
select tests.as_owner();
select is(
  (select count(*) from app_private.outgoing_emails
    where lower(recipient::text) = 'guest1@example.com'
      and organization_id = tests.id('theatre.organization')),
  3::bigint, 'control: three mails of the theatre'
);
select tests.keep(
  'customer', (select customer_id from app_public.bookings where id = tests.id('sale'))
);
select tests.sign_in('theatre owner');
select is(
  app_public.export_customer_data(tests.id('customer')) #>> '{customer_memberships,0,email}',
  'Guest1@example.com', 'what a customer is told has their membership'
);
select lives_ok(
  $$ select app_public.erase_customer(tests.id('customer')) $$, 'a customer is forgotten'
);
select tests.as_owner();
select results_eq(
  $$ select recipient::text, template, organization_id from app_private.outgoing_emails
    order by recipient::text, template $$,
  $$ values
    ('guest1@example.com', 'account_exists', null::uuid),
    ('guest1@example.com', 'ticket_declined', tests.id('rival.organization')),
    ('guest2@example.com', 'ticket_declined', tests.id('theatre.organization')) $$,
  'with the theatre''s mail, and no one else''s'
);
select is(
  (select summary ->> 'app_private.outgoing_emails' from app_public.privacy_requests
    where kind = 'erasure'), '3',
  'which is counted'
);
select results_eq(
  $$ select email::text, organization_id from app_public.memberships order by 1 $$,
  $$ values
    ('guest1@example.com', tests.id('rival.organization')),
    ('guest2@example.com', tests.id('theatre.organization')) $$,
  'and their membership'
);
