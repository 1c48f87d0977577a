-- If this fails, the database's owner cannot import a seating plan, or somebody without rights can.
select plan(5);

select tests.create_theatre();

create function tests.store(venue_id uuid, document text) returns app_public.venue_layouts
language sql volatile as $$
  select app_private.store_layout(venue_id, document, tests.hash_of(document))
$$;

select is(
  (tests.store(tests.id('theatre.venue'), tests.layout('another'))).version, 2,
  'the owner adds a version without a session'
);
select is(
  (tests.store(tests.id('theatre.venue'), tests.layout('another'))).version, 2,
  'the same document again is the same version'
);
select throws_ok(
  $$ select tests.store(uuidv7(), tests.layout()) $$, 'LMNFD', 'There is no such venue.',
  'a venue that does not exist is named'
);
select ok(
  not has_function_privilege(role, f.oid, 'execute'), format('%s may not call it', role)
)
from pg_proc as f, unnest(array['lml_user', 'lml_authenticator']) as role
where f.oid = 'app_private.store_layout(uuid, text, text, app_public.layout_source, text)'
  ::regprocedure;
