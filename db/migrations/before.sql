-- What a database needs before its first migration. Its owner runs it before pending migrations, as
-- often as wanted.

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

-- Extensions live here, and migrations grant usage to who needs them.
revoke all on schema public from public;

-- New functions would be executable by PUBLIC otherwise.
alter default privileges for role lml_owner revoke all on functions from public;
alter default privileges for role lml_worker revoke all on functions from public;

-- The job queue belongs to the worker. It is migrated as that role, right after this file.
create schema if not exists graphile_worker authorization lml_worker;
