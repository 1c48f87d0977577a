-- If this fails, a seat has no ticket, or two, or one that does not cost what was paid.
select plan(16);

select tests.create_theatre();
select tests.sell('sale', 'theatre', 1, 1, 2, 3, 13);
select results_eq(
  $$ select seat_no, section, row_name, seat_number, face_value_cents, status::text
    from app_public.tickets order by seat_no $$,
  $$ values (1, 'Stalls', 'A', '1', 5000::bigint, 'valid'), (2, 'Stalls', 'A', '2', 5000, 'valid'),
    (3, 'Stalls', 'A', '3', 5000, 'valid'), (13, 'Balcony', 'A', '1', 2500, 'valid') $$,
  'each seat has its ticket, with its name'
);
select is(
  (select sum(total_paid_cents)::bigint from app_public.tickets),
  (select total_amount_cents from app_public.bookings), 'which cost what was paid'
);
select is(
  (select count(distinct ticket_number) from app_public.tickets), 4::bigint, 'and are numbered'
);

-- Credentials.
select tests.as_guest(1);
select is(
  (select count(distinct t.credential) from app_public.tickets, lateral
    (select app_public.tickets_credential(tickets) as credential) as t
    where t.credential ~ '^[A-Za-z0-9_-]{43}$'),
  4::bigint, 'the holder sees what their QR codes carry'
);
select is(
  (select app_public.tickets_credential(t) from app_public.tickets as t where seat_no = 1),
  tests.credential(tests.id('sale'), 1), 'the same each time'
);
select tests.sign_in('theatre owner');
select is(
  (select count(app_public.tickets_credential(t)) from app_public.tickets as t), 0::bigint,
  'the seller sees the tickets, but not those'
);
select tests.as_guest(2);
select is(
  (select app_public.tickets_credential(
    jsonb_populate_record(null::app_public.tickets, jsonb_build_object(
      'id', i, 'organization_id', tests.id('theatre.organization'), 'booking_id', tests.id('sale'),
      'status', 'valid'
    ))
  ) from (select tests.keep('x', uuidv7())) as i (i)),
  null, 'a ticket that is made up has none'
);
select tests.as_owner();
select tests.keep('ticket', (select id from app_public.tickets where seat_no = 1));
select tests.as_guest(2);
select is(
  app_public.tickets_credential(jsonb_populate_record(
    null::app_public.tickets, jsonb_build_object('id', tests.id('ticket'), 'status', 'valid')
  )),
  null, 'nor has a true one in other hands'
);
select is(app_public.tickets_credential(null), null, 'nor has nothing');
select tests.refused('select * from app_private.ticket_credentials', '42501', 'hashes are hidden');
select tests.refused('select * from app_private.signing_keys', '42501', 'and so is the key');
select tests.refused(
  $$ select app_private.ticket_credential_of(tests.id('ticket'), 1) $$, '42501', 'and the formula'
);
select tests.sign_in('theatre staff');
select app_public.scan_ticket(
  tests.id('theatre.performance'), tests.credential(tests.id('sale'), 1)
);
select tests.as_guest(1);
select is(
  (select app_public.tickets_credential(t) from app_public.tickets as t where seat_no = 1), null,
  'a used ticket opens nothing, and shows nothing'
);

-- One live ticket per seat.
select tests.as_owner();
select tests.refused(
  $$
    insert into app_public.tickets
    select (jsonb_populate_record(t, jsonb_build_object(
      'id', uuidv7(), 'ticket_number', 'TKT-AAAAAAAAAA'
    ))).* from app_public.tickets as t where seat_no = 2
  $$,
  '23505', 'whoever writes, a seat has one live ticket'
);
select tests.refused(
  $$ update app_public.tickets set total_paid_cents = 0 $$, '23514', 'with a true price'
);
select tests.consistent();
