-- If this fails, a venue tells visitors what is not so, or its papers to everybody.
select plan(50);

select tests.create_theatre();
select tests.sign_in('theatre manager');
select lives_ok(
  $$ select app_public.update_venue(
    tests.id('theatre.venue'), name => 'House by the river', description => 'Old.',
    address => '{"street": "Ring 1", "city": "Wien", "postal_code": "1010", "country": "AT"}',
    latitude => 48.20849, longitude => 16.37208, venue_type => 'theater', tier => 'high_end',
    language => 'de-AT', contact_phone => '+4312345', contact_email => 'House@Example.com',
    contact_website => 'https://house.example', amenities => array['bar', 'cloakroom'],
    accessibility_features => array['step_free_access', 'audio_loop'],
    opening_hours => '{"mon": [["10:00", "13:00"], ["14:00", "18:00"]], "sun": []}',
    images => array['https://cdn.example/1.jpg'], videos => array['https://cdn.example/1.mp4'],
    social_media => '{"mastodon": "https://social.example/@house"}'
  ) $$,
  'a manager says everything that there is to say of a venue'
);
select is(
  (select row(v.city, v.country, v.latitude, v.tier, v.opening_hours #>> '{mon,1,0}', v.slug)::text
    from app_public.venues as v where v.id = tests.id('theatre.venue')),
  '(Wien,AT,48.20849000,high_end,14:00,house)', 'and it is there, with its city and country'
);
select lives_ok(
  $$ select app_public.update_venue(tests.id('theatre.venue'), description => '') $$,
  'an empty text removes a value'
);
select is(
  (select row(v.description, v.name)::text from app_public.venues as v
    where v.id = tests.id('theatre.venue')),
  '(,"House by the river")', 'and what is left out stays'
);

-- What is not so.
select tests.refused(
  format('select app_public.update_venue(tests.id(''theatre.venue''), %s)', v.change),
  v.code, v.change
)
from (values
  ('name => ''''', 'LMINP'), ('timezone => ''Mars/Olympus''', 'LMTZN'),
  ('slug => ''no slug''', 'LMINP'), ('address => ''{"planet": "Mars"}''', 'LMINP'),
  ('address => ''{"city": 7}''', 'LMINP'), ('address => ''{"city": ""}''', 'LMINP'),
  ('address => ''{"country": "Austria"}''', 'LMINP'), ('address => ''[]''', 'LMINP'),
  ('latitude => 1e300', 'LMINP'), ('latitude => 91, longitude => 0', 'LMINP'),
  ('latitude => 0, longitude => 181', 'LMINP'), ('latitude => ''NaN''', 'LMINP'),
  ('language => ''German''', 'LMINP'), ('contact_phone => ''ring twice''', 'LMINP'),
  ('contact_email => ''nobody''', 'LMINP'), ('contact_website => ''javascript:x''', 'LMINP'),
  ('amenities => array[''a bar'']', 'LMINP'), ('amenities => array[null]::text[]', 'LMINP'),
  ('accessibility_features => array[''Ä'']', 'LMINP'),
  ('opening_hours => ''{"monday": []}''', 'LMINP'),
  ('opening_hours => ''{"mon": "10-18"}''', 'LMINP'),
  ('opening_hours => ''{"mon": ["10:00", "18:00"]}''', 'LMINP'),
  ('opening_hours => ''{"mon": [["10:00"]]}''', 'LMINP'),
  ('opening_hours => ''{"mon": [["10:00", "24:30"]]}''', 'LMINP'),
  ('opening_hours => ''{"mon": [[10, 18]]}''', 'LMINP'),
  ('images => array[''http://cdn.example/1.jpg'']', 'LMINP'),
  ('images => array[''https://cdn.example/ 1.jpg'']', 'LMINP'),
  ('images => array_fill(''https://cdn.example/1.jpg''::text, array[51])', 'LMINP'),
  ('videos => array[''javascript:x'']', 'LMINP'),
  ('social_media => ''{"x": "javascript:x"}''', 'LMINP'), ('social_media => ''[]''', 'LMINP')
) as v (change, code);
select lives_ok(
  $$ select app_public.create_venue(tests.id('theatre.organization'), 'X', 'park', 'UTC') $$,
  'a second venue'
);
select tests.refused(
  $$ select app_public.update_venue(tests.id('theatre.venue'), slug => 'park') $$,
  'LMSLG', 'a slug that another venue has'
);

-- Papers are for those who keep them.
select lives_ok(
  $$ select app_public.update_venue_compliance(
    tests.id('theatre.venue'), license_number => 'L-1', license_valid_until => '2030-12-31',
    safety_certificate => 'S-1', safety_certificate_valid_until => '2029-01-01',
    insurance_valid_until => '2028-06-30', licensed_capacity => 20
  ) $$,
  'a manager keeps the papers'
);
select lives_ok(
  $$ select app_public.update_venue_compliance(
    tests.id('theatre.venue'), safety_certificate => ''
  ) $$,
  'and changes them'
);
select is(
  (select row(c.license_number, c.safety_certificate, c.insurance_valid_until)::text
    from app_public.venue_compliance as c),
  '(L-1,,2028-06-30)', 'one by one'
);
select tests.refused(
  format(
    'select app_public.update_venue_compliance(tests.id(''theatre.venue''), %s)', change
  ),
  'LMINP', change
)
from unnest(array[
  'license_valid_until => ''infinity''', 'licensed_capacity => -1',
  'license_number => repeat(''x'', 101)'
]) as change;
select tests.sign_in('theatre staff');
select is_empty($$ select from app_public.venue_compliance $$, 'staff sees no papers');
select tests.refused(
  $$ select app_public.update_venue(tests.id('theatre.venue'), name => 'Mine') $$,
  'LMRGT', 'nor changes a venue'
);
select tests.as_anonymous();
select tests.refused(
  $$ select from app_public.venue_compliance $$, '42501', 'a visitor may not even ask for them'
);
select is(
  (select count(*) from app_public.search_venues('RIVER')), 1::bigint,
  'but finds the venue by a part of its name'
);
select results_eq(
  $$ select v.slug
    from app_public.search_venues(
      city => 'wien', country => 'at', venue_type => 'theater', amenities => array['bar'],
      near_latitude => 48.2, near_longitude => 16.4, within_km => 5
    ) as v $$,
  array['house'], 'by where it is, what it is and what it has'
);
select is_empty(
  format('select from app_public.search_venues(%s)', arguments), 'not with ' || arguments
)
from unnest(array[
  '''park''', 'near_latitude => 48.2, near_longitude => 16.4, within_km => 2'
]) as arguments;
select tests.as_owner();
