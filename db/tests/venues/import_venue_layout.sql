-- If this fails, a plan is stored that is not what was sent, or of which no seat can be sold.
select plan(82);

select tests.create_theatre();
select tests.create_theatre('rival');

create function tests.import(document text, hash text default null) returns uuid
language sql volatile as $$
  select (
    app_public.import_venue_layout(
      tests.id('theatre.venue'), document, coalesce(hash, tests.hash_of(document))
    )
  ).id
$$;
-- A layout of one seat, with some of its fields replaced.
create function tests.seat_layout(changes jsonb) returns text
language sql immutable as $$
  select jsonb_build_object(
    'format', 'lml-layout/1', 'sections', jsonb_build_array(jsonb_build_object(
      'name', 'S', 'rows', jsonb_build_array(jsonb_build_object(
        'name', 'A', 'seats', jsonb_build_array(
          '{"number": "1", "x": 0.5, "y": 0.5, "category": "C"}'::jsonb || changes
        )
      ))
    ))
  )::text
$$;
-- The same, with a list of categories.
create function tests.listed(categories text, seat text default 'C') returns text
language sql immutable as $$
  select (
    tests.seat_layout(jsonb_build_object('category', seat))::jsonb
      || jsonb_build_object('categories', categories::jsonb)
  )::text
$$;
grant execute on all functions in schema tests to public;

-- What is stored.
select is(
  (select (l.version, l.seat_count, l.document = tests.layout())::text
    from app_public.venue_layouts as l where l.id = tests.id('theatre.layout')),
  '(1,20,t)', 'a document is stored as it was sent, as the first version'
);
select results_eq(
  $$
    select s.seat_no, n.name, s.row_name, s.seat_number, s.x, s.features
    from app_public.layout_seats as s
    join app_public.layout_sections as n
      on n.layout_id = s.layout_id and n.section_no = s.section_no
    where s.layout_id = tests.id('theatre.layout') and s.seat_no in (1, 12, 13, 20)
    order by s.seat_no
  $$,
  $$ values
    (1, 'Stalls', 'A', '1', 0.1, '{}'::text[]), (12, 'Stalls', 'B', '6', 0.6, '{}'),
    (13, 'Balcony', 'A', '1', 0.1, '{}'), (20, 'Box', '1', '2', 0.2, '{}')
  $$,
  'seats are numbered in the order of the document'
);
select is(
  (select s.seat_id from app_public.layout_seats as s
    where s.layout_id = tests.id('theatre.layout') and s.seat_no = 13),
  tests.hash_of('["Balcony","A","1"]'), 'a seat is named by the hash of what it is'
);

select tests.sign_in('theatre manager');
select is(
  tests.import(tests.layout()), tests.id('theatre.layout'), 'the same document is the same layout'
);
select lives_ok(
  $$ select tests.keep('second', tests.import(tests.layout('Other'))) $$, 'another is another'
);
select is(
  (select version from app_public.venue_layouts where id = tests.id('second')), 2, 'version 2'
);
select lives_ok(
  $$ select tests.import(tests.seat_layout('{"x": 0, "y": 1, "features": ["wheelchair"],
    "seat_id": "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}')) $$,
  'a seat may stand on the edge, have features, and bring its id'
);
select lives_ok(
  $$ select tests.import(tests.seat_layout('{"number": "\"1\"\\/ü\u2028"}')) $$,
  'a number may be any text'
);

-- The hash.
select tests.refused(
  format('select tests.import(tests.layout(''new''), %L)', hash), 'LMHSH', why
)
from (values
  ('', 'no hash'), (repeat('0', 64), 'another hash'), (repeat('x', 100000), 'an endless hash'),
  (upper(tests.hash_of(tests.layout('new'))), 'a hash in capitals')
) as h (hash, why);
select tests.refused(
  $$ select app_public.import_venue_layout(tests.id('theatre.venue'), tests.layout('n'), null) $$,
  'LMHSH', 'a hash is missing'
);
select tests.refused(
  $$ select app_public.import_venue_layout(tests.id('theatre.venue'), null, null) $$,
  'LMLAY', 'a document is missing'
);
select tests.refused(
  $$ select app_public.import_venue_layout(tests.id('theatre.venue'), null, tests.hash_of('')) $$,
  'LMHSH', 'a document is missing, and has a hash'
);

-- The form.
select tests.refused(format('select tests.import(%L)', d.document), 'LMLAY', d.why)
from (values
  ('', 'an empty document'), ('null', 'null'), ('[]', 'a list'), ('{}', 'an empty object'),
  ('{"format":', 'half a document'), ('1e999999', 'a number that is too large'),
  (repeat('[', 100000) || repeat(']', 100000), 'a document that is nested endlessly'),
  ('"\u0000"', 'a character that no text can hold'),
  ('{"format":"lml-layout/2","sections":[]}', 'another format'),
  ('{"format":"lml-layout/1"}', 'no sections'),
  ('{"format":"lml-layout/1","sections":{}}', 'sections that are no list'),
  ('{"format":"lml-layout/1","sections":[]}', 'no section'),
  ('{"format":"lml-layout/1","sections":[{"name":"S","rows":[]}]}', 'no row'),
  (
    '{"format":"lml-layout/1","sections":[{"name":"S","rows":[{"name":"A","seats":[]}]}]}',
    'no seat'
  ),
  (
    replace(tests.layout('r'), '"Box", "rows": [', '"Box", "rows": 5, "r": ['),
    'rows that are a number'
  ),
  (replace(tests.layout('r'), '"Box", "rows": [', '"Box", "lines": ['), 'a section without rows'),
  (replace(tests.layout('r'), '"sections": [', '"sections": [7, '), 'a section that is a number'),
  (replace(tests.layout('r'), '"seats": [', '"seats": [null, '), 'a seat that is null'),
  (
    jsonb_build_object('format', 'lml-layout/1', 'sections', (
      select jsonb_agg(
        tests.seat_layout('{}')::jsonb #> '{sections,0}' || format('{"name": %s}', n)::jsonb
      )
      from generate_series(1, 32769) as n
    ))::text,
    'more sections than there are numbers'
  ),
  (tests.seat_layout('{"number": ""}'), 'a seat without number'),
  (tests.seat_layout('{"number": null}'), 'a seat whose number is null'),
  (tests.seat_layout('{"number": "123456789012345678901"}'), 'a number that is too long'),
  (tests.seat_layout('{"category": null}'), 'a seat without category'),
  (tests.seat_layout('{"seat_id": "1"}'), 'an id that is no hash'),
  (tests.seat_layout('{"features": ["sofa"]}'), 'an unknown feature'),
  (tests.seat_layout('{"features": "aisle"}'), 'features that are no list'),
  (tests.seat_layout('{"features": [null]}'), 'a feature that is null')
) as d (document, why);

-- What programs that draw it would not read.
select tests.refused(format('select tests.import(%L)', d.document), 'LMLAY', d.why)
from (values
  (tests.seat_layout('{"number": 1}'), 'a seat whose number is no text'),
  (tests.seat_layout('{"category": 1}'), 'a category that is no text'),
  (replace(tests.seat_layout('{}'), '"name": "A"', '"name": 1'), 'a row whose name is no text'),
  (replace(tests.seat_layout('{}'), '"name": "S"', '"name": 1'), 'a section whose name is no text'),
  (replace(tests.seat_layout('{}'), '"name": "S"', '"name": "S", "kind": null'), 'no kind'),
  ((tests.seat_layout('{}')::jsonb || '{"name": 1}')::text, 'a name of all that is no text'),
  ((tests.seat_layout('{}')::jsonb || '{"name": "a\u0007"}')::text, 'nor one that rings'),
  (tests.seat_layout('{"number": "1\n2"}'), 'a number of two lines'),
  (replace(tests.seat_layout('{}'), '"name": "S"', '"name": "S\r\nT"'), 'a section of two lines')
) as d (document, why);

-- The list of categories names every one that is used.
select tests.refused(format('select tests.import(%L)', tests.listed(c)), 'LMLAY', c)
from unnest(array[
  'null', '{}', '"C"', '["C"]', '[{}]', '[{"name": 1}]', '[{"name": ""}]', '[]',
  '[{"name": "C", "color": 5}]', '[{"name": "c"}]', '[{"name": "C "}]'
]) as c;
select throws_ok(
  format('select tests.import(%L)', tests.listed('[{"name": "C"}, {"name": "D"}]', 'E')), 'LMLAY',
  'The layout''s list of categories has no "E".', 'a category that is not listed is named'
);
select throws_ok(
  format('select tests.import(%L)', jsonb_set(
    tests.listed('[{"name": "C"}]')::jsonb, '{sections,1}',
    '{"name": "Pit", "kind": "standing", "capacity": 5, "category": "P"}'
  )::text), 'LMLAY',
  'The layout''s list of categories has no "P".', 'also one of a standing area'
);
select lives_ok(
  format('select tests.import(%L)', tests.listed('[{"name": "C", "color": "#fff"}, {"name": "D"}]')),
  'and one that nobody uses may be listed'
);

-- The place.
select tests.refused(
  format('select tests.import(%L)', tests.seat_layout(changes::jsonb)), 'LMXYR', changes
)
from unnest(array[
  '{"x": -0.00001}', '{"x": 1.00001}', '{"y": 2}', '{"x": 1e300}', '{"x": "0.5"}', '{"y": null}'
]) as changes;

-- Twice the same.
select tests.refused(format('select tests.import(%L)', d.document), 'LMDUP', d.why)
from (values
  (replace(tests.layout('d'), '"number": "2"', '"number": "1"'), 'two seats with one number'),
  (replace(tests.layout('d'), '"Balcony"', '"Stalls"'), 'two sections with one name'),
  (
    replace(
      tests.layout('d'), '"category": "Category II"',
      '"category": "Category II", "seat_id": "' || repeat('a', 64) || '"'
    ),
    'two seats with one id'
  )
) as d (document, why);

-- Whose.
select tests.sign_in('theatre staff');
select tests.refused(
  $$ select tests.import(tests.layout('s')) $$, 'LMRGT', 'staff changes no plans'
);
select tests.sign_in('rival owner');
select tests.refused($$ select tests.import(tests.layout('s')) $$, 'LMNFD', 'nor does a stranger');
select tests.refused(
  $$ select app_public.import_venue_layout(null, 'x', tests.hash_of('x')) $$, 'LMNFD', 'no venue'
);
select tests.as_owner();
select tests.refused(
  $$ update app_public.layout_seats set x = 0 $$, 'LMAPP', 'a layout never changes'
);
select tests.refused(
  $$ delete from app_public.venue_layouts $$, 'LMAPP', 'nor does it go away'
);
select tests.refused(
  $$ update app_public.venue_layouts set document = '{}' $$, 'LMAPP', 'nor does its document'
);
select is(
  (select count(*) from app_public.venue_layouts), 6::bigint, 'nothing refused was left behind'
);
select tests.consistent();
