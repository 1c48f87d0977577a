-- If this fails, a role may do something that no story of the product needs.
select plan(21);

-- What nobody who makes requests may do.
select is_empty(
  format(
    $$
      select %L, c.oid::regclass, p
      from pg_class as c, unnest(array['insert', 'update', 'delete', 'truncate', 'references',
        'trigger', 'maintain']) as p
      where c.relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace,
          'app_hidden'::regnamespace, 'graphile_worker'::regnamespace)
        and c.relkind in ('r', 'p', 'v', 'm')
        and has_table_privilege(%L, c.oid, p)
    $$, role, role
  ),
  role || ' writes no table'
)
from unnest(array['lml_anonymous', 'lml_user', 'lml_authenticator', 'lml_analyst']) as role;
select is_empty(
  format(
    $$
      select c.oid::regclass from pg_class as c
      where c.relnamespace = 'app_private'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
        and has_any_column_privilege(%L, c.oid, 'select')
    $$, role
  ),
  role || ' reads no secret'
)
from unnest(array[
  'lml_anonymous', 'lml_user', 'lml_authenticator', 'lml_analyst', 'lml_worker'
]) as role;
select is_empty(
  format(
    $$
      select p.oid::regprocedure from pg_proc as p
      where p.pronamespace = 'app_private'::regnamespace
        and has_function_privilege(%L, p.oid, 'execute')
    $$, role
  ),
  role || ' calls no internal function'
)
from unnest(array['lml_anonymous', 'lml_user', 'lml_analyst']) as role;
select is(
  (
    select string_agg(format('%s: %s', r, has_schema_privilege(r, s, 'usage')), ', ')
    from unnest(array['lml_anonymous', 'lml_user', 'lml_analyst']) as r,
      unnest(array['app_private']) as s
  ),
  'lml_anonymous: f, lml_user: f, lml_analyst: f', 'nor do they enter where those are'
);

-- Which functions each role may call is on the generated page, docs/privileges.md.
select is_empty(
  $$
    select c.oid::regclass from pg_class as c
    where c.relnamespace in ('app_public'::regnamespace, 'app_hidden'::regnamespace)
      and c.relkind in ('r', 'p', 'v', 'm')
      and has_any_column_privilege('lml_authenticator', c.oid, 'select')
  $$,
  'the server''s own role reads no table'
);
select is_empty(
  $$
    select c.oid::regclass from pg_class as c
    where c.relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace,
        'app_hidden'::regnamespace)
      and c.relkind in ('r', 'p', 'v', 'm')
      and has_any_column_privilege('lml_analyst', c.oid, 'select')
  $$,
  'lml_analyst reads nothing raw'
);
select is_empty(
  $$
    select p.oid::regprocedure from pg_proc as p
    where p.pronamespace in ('app_public'::regnamespace, 'app_hidden'::regnamespace,
        'graphile_worker'::regnamespace)
      and has_function_privilege('lml_analyst', p.oid, 'execute')
  $$,
  'and calls nothing'
);

-- PUBLIC.
select is_empty(
  $$
    select p.oid::regprocedure from pg_proc as p
    where p.pronamespace in ('app_public'::regnamespace, 'app_private'::regnamespace,
        'app_hidden'::regnamespace, 'graphile_worker'::regnamespace)
      and exists (
        select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
        where a.grantee = 0
      )
  $$,
  'PUBLIC calls nothing'
);
select is_empty(
  $$
    select n.nspname from pg_namespace as n,
      aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as a
    where n.nspname in ('app_public', 'app_private', 'app_hidden', 'graphile_worker', 'public')
      and a.grantee = 0
  $$,
  'and enters nowhere'
);
select is_empty(
  $$
    select c.oid::regclass from pg_class as c,
      aclexplode(coalesce(
        c.relacl,
        acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)
      )) as a
    where c.relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace,
        'app_hidden'::regnamespace, 'graphile_worker'::regnamespace)
      and c.relkind in ('r', 'p', 'v', 'm', 'S')
      and a.grantee = 0
  $$,
  'and has no table'
);

-- Roles.
select is_empty(
  $$ select rolname from pg_roles where rolname like 'lml\_%'
    and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication) $$,
  'no role is above the rules'
);
select is(
  pg_has_role('lml_authenticator', 'lml_owner', 'member')
    or pg_has_role('lml_authenticator', 'lml_worker', 'member')
    or pg_has_role('lml_user', 'lml_owner', 'member')
    or pg_has_role('lml_worker', 'lml_owner', 'member'),
  false, 'nobody becomes the owner or the worker'
);
