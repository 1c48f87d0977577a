-- If this fails, an event is sold at another tenant's venue, in no currency, or at no time.
select plan(31);

select tests.create_theatre();
select tests.create_theatre('rival', 'USD');
create function tests.event(changes jsonb) returns uuid
language sql volatile as $$
  select (
    app_public.create_event(
      e.organization_id, e.venue_id, e.title, e.slug, e.description, e.currency, e.sales_start,
      e.sales_end, e.tax_rate_id, e.blocked_sections
    )
  ).id
  from jsonb_to_record(
    jsonb_build_object(
      'organization_id', tests.id('theatre.organization'), 'venue_id', tests.id('theatre.venue'),
      'title', 'T', 'slug', 't'
    ) || changes
  ) as e (
    organization_id uuid, venue_id uuid, title text, slug text, description text, currency text,
    sales_start timestamptz, sales_end timestamptz, tax_rate_id uuid, blocked_sections text[]
  )
$$;
grant execute on function tests.event(jsonb) to public;

select tests.sign_in('theatre manager');
select lives_ok($$ select tests.keep('e', tests.event('{}')) $$, 'a manager adds an event');
select is(
  (
    select (status, currency, service_fee_percentage, app_public.event_commission(id))::text
    from app_public.events where id = tests.id('e')
  ),
  '(draft,EUR,10.0000,10.0000)', 'a draft, on the terms of its organization'
);
select lives_ok(
  $$ select tests.event(
    '{"slug": "past", "sales_start": "1999-01-01", "sales_end": "1999-12-31"}'
  ) $$,
  'past events can be entered'
);
select tests.refused($$ select tests.event('{}') $$, 'LMSLG', 'a slug is given once');

select tests.refused(format('select tests.event(%L)', e.changes), e.code, e.why)
from (values
  ('{"title": null}', 'LMINP', 'a title is missing'),
  ('{"title": ""}', 'LMINP', 'a title is empty'),
  (jsonb_build_object('title', repeat('x', 256))::text, 'LMINP', 'a title is too long'),
  ('{"slug": null}', 'LMINP', 'a slug is missing'),
  ('{"slug": "-"}', 'LMINP', 'a slug is none'),
  (jsonb_build_object('slug', repeat('x', 1000000))::text, 'LMINP', 'a slug is endless'),
  (jsonb_build_object('slug', 'd', 'description', repeat('x', 20001))::text, 'LMINP',
    'a description is endless'),
  ('{"slug": "x", "currency": "BTC"}', 'LMCUR', 'a currency is unknown'),
  ('{"slug": "x", "currency": ""}', 'LMCUR', 'a currency is empty'),
  ('{"slug": "x", "sales_start": "2030-01-02", "sales_end": "2030-01-01"}', 'LMINP',
    'sales end before they start'),
  ('{"slug": "x", "sales_end": "infinity"}', 'LMINP', 'sales never end'),
  ('{"slug": "x", "sales_start": "infinity"}', 'LMINP', 'sales never start'),
  ('{"slug": "x", "sales_start": "-infinity"}', 'LMINP', 'sales have always been open'),
  ('{"slug": "x", "blocked_sections": [null]}', 'LMINP', 'a blocked section has no name'),
  ('{"slug": "x", "blocked_sections": ["Box", null]}', 'LMINP', 'one of several has none'),
  ('{"slug": "x", "organization_id": null}', 'LMNFD', 'an organization is missing'),
  ('{"slug": "x", "venue_id": null}', 'LMNFD', 'a venue is missing'),
  (jsonb_build_object('slug', 'x', 'venue_id', tests.id('rival.venue'))::text, 'LMNFD',
    'a venue is another tenant''s'),
  (jsonb_build_object('slug', 'x', 'tax_rate_id', tests.id('rival.tax_rate'))::text, 'LMNFD',
    'a tax rate is another tenant''s'),
  (jsonb_build_object('slug', 'x', 'organization_id', tests.id('rival.organization'))::text,
    'LMNFD', 'the organization is another one'),
  (jsonb_build_object('slug', 'x', 'organization_id', tests.id('rival.organization'),
    'venue_id', tests.id('rival.venue'))::text, 'LMNFD', 'all of it is another tenant''s')
) as e (changes, code, why);

-- The tables alone hold tenants apart, whoever writes to them.
select tests.as_owner();
select tests.refused(
  $$ update app_public.events set venue_id = tests.id('rival.venue') where id = tests.id('e') $$,
  '23503', 'no event moves to another tenant''s venue'
);
select tests.refused(
  $$ update app_public.events set tax_rate_id = tests.id('rival.tax_rate')
    where id = tests.id('e') $$,
  '23503', 'nor to its tax'
);
select tests.refused(
  $$ update app_public.events set currency = 'USD' where id = tests.id('theatre.event') $$,
  '23503', 'nor does the currency change under a performance'
);
select tests.refused(
  $$ update app_public.events set service_fee_percentage = 100.1 where id = tests.id('e') $$,
  '23514', 'no fee is more than the price'
);
select tests.refused(
  $$ update app_public.events set commission_percentage = 'NaN' where id = tests.id('e') $$,
  '23514', 'nor is a commission no number'
);
select is((select count(*) from app_public.events), 4::bigint, 'nothing refused was left behind');
