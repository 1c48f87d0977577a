-- If this fails, people come in through the wrong door, too late, or come back who never left.
select plan(65);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.sell('sale', 'theatre', 1, 1, 2, 13);
create function tests.scan(
  seat_no integer, gate text default null, direction app_public.scan_direction default 'in'
)
returns text
language sql volatile as $$
  select s.result || coalesce(' ' || s.code, '')
  from app_public.scan_ticket(
    tests.id('theatre.performance'), tests.credential(tests.id('sale'), seat_no),
    gate_id => case when gate is not null then tests.id(gate) end, direction => direction
  ) as s
$$;
create function tests.as_device(token text)
returns void
language sql volatile as $$
  select tests.become('lml_user', current_setting('tests.' || token), '')
$$;
create function tests.hash(seat_no integer)
returns text
language sql stable security definer as $$
  select encode(sha256(convert_to(tests.credential(tests.id('sale'), seat_no), 'UTF8')), 'hex')
$$;
grant execute on all functions in schema tests to public;

-- Zones, gates and scanners.
select tests.sign_in('theatre coordinator');
select tests.keep('stalls', (app_public.save_entry_zone(
  tests.id('theatre.venue'), 'Ground floor', array['Stalls']
)).id);
select is(
  (select array_agg(z.sections) from app_public.entry_zones as z), array[array['Stalls']],
  'a zone has sections'
);
select tests.keep('first floor', (app_public.save_entry_zone(
  tests.id('theatre.venue'), 'First floor', '{}', array['II']
)).id);
select tests.keep('north', (app_public.save_entry_gate(
  tests.id('theatre.venue'), 'North', tests.id('stalls')
)).id);
select tests.keep('up', (app_public.save_entry_gate(
  tests.id('theatre.venue'), 'Stairs', tests.id('first floor')
)).id);
select tests.keep('main', (app_public.save_entry_gate(tests.id('theatre.venue'), 'Main')).id);
select is(
  (app_public.save_entry_gate(tests.id('theatre.venue'), 'Main')).id, tests.id('main'),
  'the same name is the same gate'
);
select set_config('tests.device', r.device_token, true), tests.keep('device', r.device_id)
from app_public.register_scanner_device(
  tests.id('theatre.venue'), 'Scanner 1', tests.id('north')
) as r;
select set_config('tests.second', r.device_token, true), tests.keep('second', r.device_id)
from app_public.register_scanner_device(tests.id('theatre.venue'), 'Scanner 2') as r;
select tests.as_owner();
select is(
  (select count(*) from app_private.scanner_tokens
    where token_hash = sha256(convert_to(current_setting('tests.device'), 'UTF8'))),
  1::bigint, 'of a scanner''s token only the hash is kept'
);
select tests.sign_in('theatre coordinator');
select tests.refused(statement, code, statement)
from (values
  ($$ select app_public.save_entry_zone(tests.id('theatre.venue'), 'Empty') $$, 'LMINP'),
  ($$ select app_public.save_entry_zone(tests.id('theatre.venue'), '', array['Stalls']) $$, 'LMINP'),
  ($$ select app_public.save_entry_zone(tests.id('theatre.venue'), 'Z', array['Stals']) $$, 'LMINP'),
  ($$ select app_public.save_entry_gate(tests.id('theatre.venue'), null) $$, 'LMINP'),
  ($$ select app_public.save_entry_gate(tests.id('theatre.venue'), 'x', uuidv7()) $$, 'LMNFD'),
  ($$ select app_public.save_entry_gate(tests.id('rival.venue'), 'x') $$, 'LMNFD'),
  ($$ select app_public.register_scanner_device(tests.id('rival.venue'), 'x') $$, 'LMNFD'),
  ($$ select app_public.register_scanner_device(tests.id('theatre.venue'), 'x', uuidv7()) $$,
    'LMNFD'),
  ($$ select app_public.register_scanner_device(tests.id('theatre.venue'), '') $$, 'LMINP')
) as s (statement, code);
select tests.sign_in('theatre staff');
select tests.refused(
  $$ select app_public.save_entry_gate(tests.id('theatre.venue'), 'Back door') $$, 'LMRGT',
  'staff makes no doors'
);
select tests.refused(
  $$ select app_public.revoke_scanner_device(tests.id('device')) $$, 'LMRGT', 'nor ends scanners'
);

-- The right gate.
select is(tests.scan(13, 'north'), 'wrong_gate LMTWG', 'the balcony is not reached from here');
select is(tests.scan(1, 'up'), 'wrong_gate LMTWG', 'nor the stalls from there');
select is(tests.scan(13, 'up'), 'success', 'a zone may have categories instead of sections');
select is(tests.scan(1, 'main'), 'success', 'a gate without a zone leads everywhere');
select tests.refused($$ select tests.scan(2, 'theatre.venue') $$, 'LMNFD', 'a gate must exist');
select tests.sign_in('theatre owner');
select app_public.save_entry_gate(tests.id('theatre.venue'), 'Main', closed => true);
select tests.sign_in('theatre staff');
select tests.refused($$ select tests.scan(2, 'main') $$, 'LMNFD', 'and be open');

-- Scanners.
select tests.as_device('device');
select is(tests.scan(2), 'success', 'a scanner scans with its own token');
select is(
  (select (s.gate, s.device, s.scanner_device_id, s.scanned_by)::text
    from app_public.ticket_scans as s),
  format('(North,"Scanner 1",%s,)', tests.id('device')),
  'at its gate, in its own name, and sees what it did'
);
select is(tests.visible('app_public.tickets'), '3', 'it sees the tickets of its venue');
select tests.as_owner();
create temporary table times as
select p.id, p.starts_at from app_public.performances as p;
update app_public.performances
set starts_at = now() - interval '3 days', ends_at = now() + interval '1 day'
where id = tests.id('theatre.performance');
select tests.as_device('device');
select is(
  tests.visible('app_public.tickets'), '3', 'to the last day of what takes more than one'
);
select tests.as_owner();
update app_public.performances set ends_at = now() - interval '25 hours'
where id = tests.id('theatre.performance');
select tests.as_device('device');
select is(tests.visible('app_public.tickets'), '0', 'and not much longer');
select tests.as_owner();
update app_public.performances as p
set starts_at = t.starts_at, ends_at = null
from times as t where t.id = p.id;
select tests.as_device('device');
select is(
  tests.visible('app_public.bookings') || tests.visible('app_public.ticket_attendees')
    || tests.visible('app_public.customers') || tests.visible('app_public.organization_members'),
  '0000', 'and nothing of those who bought them'
);
select is(app_hidden.current_user_id(), null, 'because it is nobody');
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('sale')) $$, 'LMSES', 'so it cancels nothing'
);
select tests.refused(
  $$ select app_public.register_scanner_device(tests.id('theatre.venue'), 'Mine') $$, 'LMSES',
  'and makes no other scanner'
);
-- One without a gate: a gate would not be found there, whoever scans.
select tests.as_device('second');
select tests.refused(
  $$ select app_public.scan_ticket(tests.id('rival.performance'), 'x') $$, 'LMNFD',
  'nor does it scan elsewhere'
);
select tests.as_device('device');

-- Out and in again.
select is(tests.scan(2), 'already_scanned LMTUS', 'who is inside does not come in');
select is(tests.scan(2, direction => 'out'), 'success', 'but may go out');
select is(tests.scan(2, direction => 'out'), 'invalid LMTNI', 'once');
select is(tests.scan(2), 'already_scanned LMTUS', 'and that was it');
select tests.sign_in('theatre staff');
select tests.refused(
  $$ select app_public.allow_reentry(tests.id('theatre.event'), 1) $$, 'LMRGT', 'staff decides not'
);
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.allow_reentry(tests.id('theatre.event'), 101) $$, 'LMINP', 'within limits'
);
select is(
  (app_public.allow_reentry(tests.id('theatre.event'), 1)).reentry_limit::integer, 1,
  'unless the organizer allows it'
);
select tests.as_guest(1);
select isnt(
  (select app_public.tickets_credential(t) from app_public.tickets as t where t.seat_no = 2), null,
  'who may come back sees the code again'
);
select tests.as_device('device');
select is(tests.scan(2), 'success', 'then who went out comes back');
select is(
  tests.scan(2, direction => 'out') || ' ' || tests.scan(2), 'success already_scanned LMTUS',
  'as often as was said'
);
select is(
  (select (status, entry_count, is_inside)::text from app_public.tickets where seat_no = 2),
  '(used,2,f)', 'which is counted'
);

-- Offline.
select tests.sign_in('theatre staff');
select tests.refused(
  $$ select app_public.scan_list(tests.id('theatre.performance')) $$, 'LMDEV',
  'only scanners of the house work offline'
);
select tests.refused(
  $$ select app_public.merge_offline_scans(tests.id('theatre.performance'), '[]') $$, 'LMDEV',
  'and only they have something to tell'
);
select tests.as_owner();
select tests.sell('late', 'theatre', 2, 3, 4, 14);
create or replace function tests.hash(seat_no integer)
returns text
language sql stable security definer as $$
  select encode(sha256(convert_to(tests.credential(t.booking_id, seat_no), 'UTF8')), 'hex')
  from app_public.tickets as t where t.seat_no = hash.seat_no
    and t.performance_id = tests.id('theatre.performance')
$$;
select tests.as_device('device');
select is(
  (
    select (
      l.signature = encode(public.hmac(
        convert_to(l.document, 'UTF8'),
        sha256(convert_to(current_setting('tests.device'), 'UTF8')), 'sha256'
      ), 'hex'),
      jsonb_array_length(l.document::jsonb -> 'tickets')
    )::text
    from app_public.scan_list(tests.id('theatre.performance')) as l
  ),
  '(t,6)', 'the list is signed'
);
select results_eq(
  $$
    select e ->> 1, (e ->> 2)::boolean, (e ->> 3)::integer, (e ->> 4)::boolean
    from app_public.scan_list(tests.id('theatre.performance')) as l,
      jsonb_array_elements(l.document::jsonb -> 'tickets') as e
    where e ->> 0 in (tests.hash(2), tests.hash(3), tests.hash(14))
    order by 1
  $$,
  $$ values ('Balcony A 2', false, 0, false), ('Stalls A 2', true, 2, false),
    ('Stalls A 3', true, 0, false) $$,
  'and says who may enter here, and who has'
);
select tests.as_owner();
create function tests.merge(variadic scans text[])
returns text
language sql volatile as $$
  select string_agg(
    m.result || coalesce(' ' || m.code, '') || case when m.is_double then ' double' else '' end,
    ', ' order by m.ordinality
  )
  from app_public.merge_offline_scans(tests.id('theatre.performance'), (
    select jsonb_agg(jsonb_build_object(
      'scan_id', md5(s)::uuid, 'credential_hash', tests.hash(split_part(s, ' ', 1)::integer),
      'scanned_at', now() - make_interval(mins => split_part(s, ' ', 3)::integer),
      'result', split_part(s, ' ', 2), 'gate_id', tests.id('north')
    )) from unnest(scans) as s
  )) with ordinality as m
$$;
grant execute on all functions in schema tests to public;
select tests.as_device('device');
select is(
  tests.merge('3 success 5', '3 already_scanned 4'), 'success, already_scanned LMTUS',
  'what was scanned offline is merged'
);
select is(
  tests.merge('3 success 5', '3 already_scanned 4'), 'success, already_scanned LMTUS',
  'again, it is the same'
);
-- The gate where somebody was let in may be closed by now.
select tests.sign_in('theatre owner');
select app_public.save_entry_gate(tests.id('theatre.venue'), 'North', closed => true);
select tests.as_device('device');
select tests.refused($$ select tests.scan(4) $$, 'LMNFD', 'nobody comes in through a closed gate');
select is(tests.merge('3 invalid 2'), 'invalid LMTUK', 'but what happened there is told');
select tests.as_device('second');
select is(
  tests.merge('4 success 6', '3 success 3'), 'success, already_scanned LMTUS double',
  'two scanners that let somebody in with one ticket are found'
);
-- Its clock is a year ahead.
select tests.refused($$
  select app_public.merge_offline_scans(
    tests.id('theatre.performance'), jsonb_build_array(jsonb_build_object(
      'scan_id', uuidv7(), 'credential_hash', tests.hash(4), 'scanned_at', '290000-01-01',
      'result', 'already_scanned'
    )), '4000-01-01 BC'
  ) $$, 'LMINP', 'nor so far that there is no such time'
);
select app_public.merge_offline_scans(
  tests.id('theatre.performance'), jsonb_build_array(jsonb_build_object(
    'scan_id', uuidv7(), 'credential_hash', tests.hash(4), 'scanned_at',
    now() + interval '365 days', 'result', 'already_scanned'
  )), now() + interval '365 days 2 minutes'
);
select tests.as_owner();
select is(
  (select count(*) from app_public.ticket_scans where offline_at = now() - interval '2 minutes'),
  2::bigint, 'a clock that is wrong is corrected by what it shows when it tells'
);
select is(
  (select (s.result, s.offline_result, s.offline_at = now() - interval '3 minutes')::text
    from app_public.ticket_scans as s where s.offline_result <> s.result),
  '(already_scanned,success,t)', 'and it is written down'
);
select is(
  (select count(*) from app_public.ticket_scans where offline_at is not null), 6::bigint,
  'each once'
);
select tests.as_device('second');
select tests.refused(
  format('select app_public.merge_offline_scans(tests.id(''theatre.performance''), %L)', scans),
  'LMINP', scans
)
from unnest(array[
  '{}', '[]', '[1]', '[{}]',
  '[{"scan_id": "x", "credential_hash": "y", "scanned_at": "now", "result": "success"}]',
  '[{"scan_id": "00000000-0000-7000-8000-000000000000", "scanned_at": "2027-01-01", "result":
    "success", "credential_hash": "aa"}]'
]) as scans;
-- An evening's scans, before anybody has counted what there is.
select tests.as_owner();
create function tests.merge_many()
returns bigint
language sql volatile as $$
  select count(*)
  from app_public.merge_offline_scans(tests.id('theatre.performance'), (
    select jsonb_agg(jsonb_build_object(
      'scan_id', md5(n::text)::uuid, 'scanned_at', now(), 'result', 'invalid',
      'credential_hash', encode(sha256(convert_to(n::text, 'UTF8')), 'hex')
    )) from generate_series(1, 300) as n
  ))
$$;
create function tests.reads()
returns bigint
language sql volatile as $$
  select sum(s.idx_tup_fetch + s.seq_tup_read)::bigint
  from pg_stat_xact_user_tables as s where s.relname = 'offline_scan_results'
$$;
grant execute on all functions in schema tests to public;
select tests.as_device('second');
select tests.merge_many();
select is(tests.merge_many(), 300::bigint, 'many scans are merged at once, and again');
select tests.as_owner();
select cmp_ok(tests.reads(), '<', 3000::bigint, 'and each looks for itself alone');

-- The end.
select tests.sign_in('theatre owner');
select app_public.revoke_scanner_device(tests.id('device'));
select tests.as_device('device');
select tests.refused($$ select tests.scan(4) $$, 'LMSES', 'a revoked scanner is nobody at once');
select tests.as_owner();
update app_public.performances set starts_at = now() - interval '25 hours';
select tests.sign_in('theatre staff');
select is(tests.scan(1), 'expired LMTEX', 'the day after, nobody comes in');
select tests.consistent();
