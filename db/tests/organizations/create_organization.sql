-- If this fails, an organization has no owner or no terms, or takes the name of another one.
select plan(20);

select tests.as_anonymous();
select tests.refused(
  $$ select app_public.create_organization('A', 'a', 'a@b.c') $$,
  '42501', 'whoever is not signed in has no organization'
);
select tests.become('lml_user', tests.token('dead'), '');
select tests.refused(
  $$ select app_public.create_organization('A', 'a', 'a@b.c') $$, 'LMSES', 'nor has a dead session'
);
select tests.become('lml_user', '', '');
select tests.refused(
  $$ select app_public.create_organization('A', 'a', 'a@b.c') $$, 'LMAUT', 'nor an empty one'
);

select tests.sign_in('ada');
select lives_ok(
  $$ select tests.keep('a', (app_public.create_organization('A', 'a', 'a@b.c', 'JPY')).id) $$,
  'a user opens an organization'
);
select is(
  (select role::text from app_public.organization_members where organization_id = tests.id('a')),
  'owner', 'and owns it'
);
select is(
  (
    select commission_percentage from app_public.organization_settings
    where organization_id = tests.id('a')
  ),
  10.0, 'on the usual terms'
);

select tests.sign_in('eve');
select tests.refused(
  $$ select app_public.create_organization('B', 'a', 'b@b.c') $$, 'LMSLG', 'a slug is given once'
);
select tests.refused(
  format('select app_public.create_organization(''B'', ''b'', ''b@b.c'', %L)', currency),
  'LMCUR', format('no currency: %s', coalesce(currency, 'null'))
)
from unnest(array['XYZ', 'usd', '', null]) as currency;
select tests.refused(
  format('select app_public.create_organization(%L, %L, %L)', o.name, o.slug, o.email),
  'LMINP', o.why
)
from (values
  (null, 'b', 'b@b.c', 'a name is missing'),
  ('', 'b', 'b@b.c', 'a name is empty'),
  (repeat('x', 256), 'b', 'b@b.c', 'a name is too long'),
  ('B', null, 'b@b.c', 'a slug is missing'),
  ('B', 'B b', 'b@b.c', 'a slug has capitals and spaces'),
  ('B', repeat('b', 101), 'b@b.c', 'a slug is too long'),
  ('B', 'b', null, 'an address is missing'),
  ('B', 'b', 'nobody', 'an address is none')
) as o (name, slug, email, why);

select tests.as_owner();
select is(
  (select count(*) from app_public.organizations), 1::bigint,
  'what was refused has left nothing behind'
);
