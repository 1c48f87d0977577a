-- If this fails, staff sells what somebody had to approve, or nobody can tell who did.
select plan(17);

select tests.create_theatre();
create function tests.hold_for(name text, email text, seat_no integer) returns void
language sql volatile as $$
  select tests.keep(
    name,
    (app_public.hold_for_customer(
      tests.id('theatre.performance'), email, seat_ids => tests.seats(seat_no)
    )).id
  )
$$;
create function tests.check_out(name text, payment text) returns text
language sql volatile as $$
  select (app_public.checkout_for_customer(
    tests.id(name), payment::app_public.staff_payment, 'For Jo.'
  )).status::text
$$;
create function tests.answer(name text) returns text
language sql stable security definer set search_path = '' as $$
  select format('%s by %s', a.decision, u.email)
  from app_public.booking_approvals as a
  left join app_public.users as u on u.id = a.decided_by
  where a.booking_id = tests.id(answer.name)
$$;
create function tests.last_mail(recipient text) returns text
language sql stable security definer set search_path = '' as $$
  select e.template || case when e.variables ? 'token' then ' with a link' else '' end
  from app_private.outgoing_emails as e
  where e.recipient operator(public.=) last_mail.recipient::public.citext
  order by e.created_at desc, e.id desc limit 1
$$;
grant execute on all functions in schema tests to public;
select tests.keep('stalls', c.id)
from app_public.ticket_categories as c
where c.event_id = tests.id('theatre.event') and c.category_no = 1;
select tests.sign_in('theatre owner');
select app_public.set_category_approval(tests.id('stalls'), true);

-- Who may approve.
select tests.sign_in('theatre manager');
select tests.hold_for('cash', 'cash@example.com', 1);
select is(tests.check_out('cash', 'cash'), 'confirmed', 'a manager sells, and it is sold');
select is(
  tests.answer('cash'), 'approved by theatre.manager@example.com', 'which is noted as a yes'
);
select tests.hold_for('link', 'link@example.com', 2);
select is(tests.check_out('link', 'link'), 'pending_payment', 'by link, too');
select is(tests.last_mail('link@example.com'), 'payment_link with a link', 'which is mailed');
select tests.hold_for('own', 'Theatre.Manager@example.com', 3);
select tests.refused($$ select tests.check_out('own', 'cash') $$, 'LMRGT', 'not for oneself');
select is(tests.check_out('own', 'link'), 'pending_approval', 'that waits');
select tests.refused(
  $$ select app_public.approve_booking(tests.id('own')) $$, 'LMRGT', 'for somebody else'
);

-- Who may only sell.
select tests.sign_in('theatre coordinator');
select tests.hold_for('ask', 'ask@example.com', 4);
select tests.refused(
  format('select tests.check_out(''ask'', %L)', payment), 'LMRGT', 'a coordinator: ' || payment
)
from unnest(array['cash', 'terminal', 'invoice']) as payment;
select is(tests.check_out('ask', 'link'), 'pending_approval', 'a request by link waits');
select is(tests.answer('ask'), ' by ', 'without an answer');
select is(tests.last_mail('ask@example.com'), null, 'and nobody is mailed a link');
select tests.hold_for('other', 'other@example.com', 13);
select is(tests.check_out('other', 'cash'), 'confirmed', 'other categories are sold as ever');
select tests.sign_in('theatre manager');
select is(
  (app_public.approve_booking(tests.id('ask'))).status::text, 'pending_payment',
  'a manager says yes'
);
select is(
  tests.last_mail('ask@example.com'), 'booking_approved with a link', 'and the customer may pay'
);
select tests.consistent();
