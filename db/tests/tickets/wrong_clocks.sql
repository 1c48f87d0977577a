-- If this fails, a scanner whose clock stands still says that a ticket was used before it was there.
select plan(14);

select tests.create_theatre();
select tests.sell('sale', 'theatre', 1, 1, 2);
create function tests.merge(seat_no integer, at timestamptz, device_time timestamptz default null)
returns text
language sql volatile as $$
  select m.result || coalesce(' ' || m.code, '')
  from app_public.merge_offline_scans(
    tests.id('theatre.performance'),
    jsonb_build_array(jsonb_build_object(
      'scan_id', md5(at::text)::uuid, 'scanned_at', at, 'result', 'success',
      'credential_hash', encode(
        sha256(convert_to(tests.credential(tests.id('sale'), seat_no), 'UTF8')), 'hex'
      )
    )), device_time
  ) as m
$$;
create function tests.used_at(seat_no integer)
returns timestamptz
language sql stable security definer as $$
  select t.used_at from app_public.tickets as t
  where t.booking_id = tests.id('sale') and t.seat_no = used_at.seat_no
$$;
grant execute on all functions in schema tests to public;

select tests.sign_in('theatre owner');
select set_config('tests.device', r.device_token, true)
from app_public.register_scanner_device(tests.id('theatre.venue'), 'Scanner 1') as r;
-- The first ticket has changed hands.
select tests.as_guest(1);
select app_public.offer_ticket(tests.ticket('sale', 1), 'ben@example.com');
select tests.as_owner();
select set_config('tests.offer', e.variables ->> 'token', true)
from app_private.outgoing_emails as e where e.template = 'ticket_offer';
select tests.as_guest(2);
select app_public.accept_ticket(current_setting('tests.offer'));

select tests.become('lml_user', current_setting('tests.device'), '');
select is(
  tests.merge(1, '1970-01-01 00:10:00+00'), 'success', 'a clock that stands at 1970 lets in'
);
select is(tests.used_at(1), now(), 'not before there was the code that was shown');
select is(
  tests.merge(2, now() + interval '99 years'), 'success', 'nor does one that is far ahead'
);
select is(tests.used_at(2), now(), 'let in tomorrow');
select is(
  (select s.offline_at from app_public.ticket_scans as s where s.offline_at < '1971-01-01'),
  '1970-01-01 00:10:00+00'::timestamptz, 'what it said is kept'
);
select tests.refused(
  format(
    $$ select app_public.merge_offline_scans(
      tests.id('theatre.performance'), jsonb_build_array(jsonb_build_object(
        'scan_id', uuidv7(), 'credential_hash', repeat('a', 64), 'result', 'invalid',
        'scanned_at', %L::text
      ))
    ) $$, at
  ),
  'LMINP', at
)
from unnest(array[
  '2026-11-22T01:00:00', '2026-11-22 01:00', '2026-11-22', 'yesterday', 'now', '-infinity', ''
]) as at;
select is(
  (
    select count(*) from unnest(array[
      '2026-11-22T01:00:00Z', '2026-11-22T01:00:00.123Z', '2026-11-22T01:00:00+01:00',
      '2026-11-22 01:00:00-05', '2026-11-22T01:00:00+0530'
    ]) as at,
      app_public.merge_offline_scans(
        tests.id('theatre.performance'), jsonb_build_array(jsonb_build_object(
          'scan_id', uuidv7(), 'credential_hash', repeat('a', 64), 'result', 'invalid',
          'scanned_at', at
        ))
      )
  ),
  5::bigint, 'a time that is sent names its zone'
);
select tests.as_owner();
select tests.consistent();
