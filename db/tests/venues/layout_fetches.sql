-- If this fails, a layout from elsewhere is stored that nobody asked for, or its failure is hidden.
select plan(27);

select tests.create_theatre();
create function tests.ask(url text, sha256 text default repeat('0', 64)) returns uuid
language sql volatile as $$
  select (app_public.request_layout_fetch(tests.id('theatre.venue'), url, sha256)).id
$$;
create function tests.told(fetch_id uuid) returns text
language sql stable security definer as $$
  select format('%s %s %s', f.status, f.attempt_count, f.error_code)
  from app_public.layout_fetches as f where f.id = told.fetch_id
$$;
grant execute on function tests.ask(text, text), tests.told(uuid) to public;

select tests.sign_in('theatre manager');
select lives_ok(
  $$ select tests.keep('fetch', tests.ask(
    'https://cdn.example/plan.json?key=secret', tests.hash_of(tests.layout('CDN'))
  )) $$,
  'a manager asks for a layout'
);
select is(tests.told(tests.id('fetch')), 'pending 0 ', 'which is told as pending');
select is(
  (select count(*) from app_public.layout_fetches), 1::bigint, 'and seen by who may import'
);
select tests.refused(format('select tests.ask(%L)', url), 'LMINP', format('not from %s', url))
from unnest(array[
  'http://cdn.example/plan.json', 'file:///etc/passwd', 'https://', 'https://me:pw@cdn.example/',
  'https://cdn.example/a b', 'gopher://cdn.example/', '', repeat('https://cdn.example/', 60)
]) as url;
select tests.refused(
  $$ select tests.ask('https://cdn.example/', 'abc') $$, 'LMINP', 'nor without a hash'
);
select tests.refused(
  $$ select tests.ask('https://cdn.example/', null) $$, 'LMINP', 'or with none'
);
select tests.sign_in('theatre staff');
select tests.refused(
  $$ select tests.ask('https://cdn.example/') $$, 'LMRGT', 'staff asks for none'
);
select is((select count(*) from app_public.layout_fetches), 0::bigint, 'and sees none');

-- What the worker does.
select tests.as_role('lml_worker');
select is(
  app_private.prepare_layout_fetch(tests.id('fetch')) ->> 'url',
  'https://cdn.example/plan.json?key=secret',
  'the worker learns what to fetch'
);
select lives_ok(
  $$ select app_private.record_layout_fetch_failure(
    tests.id('fetch'), 'timeout', 'Slow.', false
  ) $$,
  'an attempt fails'
);
select is(tests.told(tests.id('fetch')), 'pending 1 timeout', 'is told, and goes on');
select isnt(app_private.prepare_layout_fetch(tests.id('fetch')), null, 'another attempt');
select is(
  app_private.record_layout_fetched(tests.id('fetch'), tests.layout('CDN'))::text, 'succeeded',
  'arrives'
);
select is(
  app_private.record_layout_fetched(tests.id('fetch'), 'again')::text, 'succeeded',
  'a second report changes nothing'
);
select is(app_private.prepare_layout_fetch(tests.id('fetch')), null, 'and there is no more to do');
select tests.as_owner();
select is(
  (select row(l.version, l.source, l.source_reference, l.seat_count)::text
    from app_public.layout_fetches as f join app_public.venue_layouts as l on l.id = f.layout_id),
  '(2,cdn,https://cdn.example/plan.json,20)',
  'the layout is a version like any other, and tells no secret of its address'
);

-- What is not what was asked for.
select tests.sign_in('theatre manager');
select tests.keep('other', tests.ask('https://cdn.example/2.json', tests.hash_of('{}')));
select tests.keep('bad', tests.ask('https://cdn.example/3.json'));
select tests.as_role('lml_worker');
select is(
  app_private.record_layout_fetched(tests.id('bad'), tests.layout('Bad'))::text, 'failed',
  'another document than was hashed is refused'
);
select is(tests.told(tests.id('bad')), 'failed 0 LMHSH', 'for good, with the reason');
select is(
  app_private.record_layout_fetched(tests.id('other'), '{}')::text, 'failed',
  'what is no layout is refused'
);
select is(tests.told(tests.id('other')), 'failed 0 LMLAY', 'for good, with the reason');
