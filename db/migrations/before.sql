-- What a database needs before its first migration. Its owner runs it before pending migrations, as often as wanted.

-- Nothing is granted to PUBLIC: whoever may do something is named.
do $$
begin
  execute pg_catalog.format('revoke all on database %I from public', pg_catalog.current_database());
  execute pg_catalog.format(
    'grant connect on database %I to lml_authenticator, lml_worker, lml_analyst',
    pg_catalog.current_database()
  );
end
$$;

revoke all on schema public from public;
grant usage on schema public to lml_anonymous, lml_user, lml_worker, lml_analyst;

-- New functions would be executable by PUBLIC otherwise.
alter default privileges for role lml_owner revoke all on functions from public;
alter default privileges for role lml_worker revoke all on functions from public;

-- Trusted extensions: the owner of a database may create them without being superuser.
create extension if not exists btree_gist with schema public;
create extension if not exists citext with schema public;
create extension if not exists pg_trgm with schema public;
create extension if not exists pgcrypto with schema public;
create extension if not exists unaccent with schema public;

-- The job queue belongs to the worker. It is migrated as that role, right after this file.
create schema if not exists graphile_worker authorization lml_worker;
