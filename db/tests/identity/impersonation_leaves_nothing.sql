-- If this fails, support takes away what outlasts the hour in which it acts in somebody's name:
-- tickets, the token of a scanner, what a card pays for, or a second person.
select plan(19);

select tests.create_theatre();
select tests.user_id('sam');
select tests.sign_in('theatre owner');
select tests.keep('program', (app_public.create_add_on(
  'Program', 500, tests.id('theatre.event'), delivery => 'digital'
)).id);
select app_public.set_add_on_download(tests.id('program'), 'https://theatre.example/program.pdf');
select tests.sign_in('ada');
select tests.keep('booking', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))
).id);
select app_public.add_add_on(tests.id('booking'), tests.id('program'), 1);
select tests.keep('line', i.id) from app_public.booking_items as i
where i.add_on_id = tests.id('program');
select app_public.start_checkout(tests.id('booking'));
select tests.as_owner();
select tests.pay(tests.id('booking'));
select tests.keep('ticket', (select id from app_public.tickets where seat_no = 1));
select tests.keep('venue', (
  select v.id from app_public.venues as v where v.organization_id = tests.id('theatre.organization')
));
select tests.sign_in('ada');
select tests.keep('draft', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(2))
).id);

select tests.as_owner();
create function tests.acted_for_by(impersonator_id uuid) returns void
language sql volatile security definer as $$
  update app_public.user_sessions as s
  set impersonator_id = acted_for_by.impersonator_id
  where s.user_id in (
    tests.user_id('ada'), tests.user_id('theatre owner'), tests.user_id('theatre viewer')
  )
$$;
create function tests.attacks() returns table (who text, statement text)
language sql as $$
  values
    ('ada', $s$ select app_public.offer_ticket(tests.id('ticket'), 'sam@example.com') $s$),
    ('ada', $s$ select app_public.choose_payment(tests.id('draft'), true) $s$),
    ('ada', $s$ select app_public.open_add_on(tests.id('line')) $s$),
    ('theatre owner', $s$ select app_public.register_scanner_device(tests.id('venue'), 'His') $s$),
    (
      'theatre owner',
      $s$ select app_public.set_refund_approval(tests.id('theatre.organization'), 100) $s$
    ),
    (
      'theatre owner',
      $s$ select app_public.refund_booking_amount(tests.id('booking'), 100, 'In her name.') $s$
    ),
    (
      'theatre viewer',
      $s$ select app_public.leave_organization(tests.id('theatre.organization')) $s$
    )
$$;
-- With the organization where one is asked for, and nothing else.
create function tests.call_of(name text) returns text
language sql stable security definer as $$
  select format('select app_public.%I(%s)', p.proname, string_agg(
    format(
      '%L::%s',
      case when a.name = 'organization_id' then tests.id('theatre.organization') end,
      a.type::regtype
    ),
    ', ' order by a.no
  ) filter (where a.no is not null))
  from pg_proc as p
  left join lateral unnest(p.proargtypes::oid[], p.proargnames[1:p.pronargs]) with ordinality
    as a (type, name, no) on a.no <= p.pronargs - p.pronargdefaults
  where p.pronamespace = 'app_public'::regnamespace and p.proname = call_of.name
  group by p.proname
$$;
grant execute on all functions in schema tests to public;

select tests.as_owner();
select tests.acted_for_by(tests.user_id('sam'));
select is(tests.attempt_as(a.who, a.statement), 'LMIMP', 'refused: ' || a.statement)
from tests.attacks() as a;
-- What asks who acts before it looks for a row refuses a call with no row at all.
select tests.as_owner();
select is(
  array(
    select f.name
    from unnest(array[
      'claim_booking', 'claim_cart', 'create_payout', 'export_my_data', 'give_consent',
      'join_waiting_list', 'leave_organization', 'open_payout_account', 'register_scanner_device',
      'request_guest_consent', 'request_waiting_list_place', 'revoke_session',
      'revoke_trusted_device', 'set_payout_settings', 'set_refund_approval',
      'sign_out_everywhere', 'transfer_ownership', 'withdraw_consent'
    ]) as f (name)
    where tests.attempt_as('theatre owner', tests.call_of(f.name)) is distinct from 'LMIMP'
  ), '{}', 'refused: whatever is asked for in the owner''s name'
);
select tests.sign_in('ada');
select is(
  (select app_public.tickets_credential(t) from app_public.tickets as t), null,
  'the code of a ticket is not shown'
);
select is(tests.visible('app_public.tickets'), '1', 'though the ticket is');

select tests.as_owner();
select tests.acted_for_by(null);
select tests.sign_in('ada');
select isnt(
  (select app_public.tickets_credential(t) from app_public.tickets as t), null,
  'control: she sees the code'
);
select tests.as_owner();
select is(tests.attempt_as(a.who, a.statement), 'done', 'control: ' || a.statement)
from tests.attacks() as a;

select tests.consistent();
