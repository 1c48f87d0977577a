-- The roles, which belong to the whole server and not to one database: the only thing outside
-- migrations. Run by a superuser, as often as wanted. Passwords are set by the caller (`alter role
-- ... password`), never here.

do $roles$
declare
  v_role text;
  v_dangerous text;
begin
  foreach v_role in array array[
    'lml_owner', 'lml_authenticator', 'lml_anonymous', 'lml_user', 'lml_worker', 'lml_analyst'
  ] loop
    if not exists (select from pg_catalog.pg_roles where rolname = v_role) then
      execute pg_catalog.format('create role %I', v_role);
    end if;
  end loop;

  -- Row-level security means nothing to a superuser or to a role that bypasses it. Taking these
  -- rights away by itself would hide a mistake, and only a superuser could, which hosted services
  -- do not give: so it refuses.
  select pg_catalog.string_agg(rolname, ', ' order by rolname)
  into v_dangerous
  from pg_catalog.pg_roles
  where rolname like 'lml\_%' and (rolsuper or rolbypassrls);
  if v_dangerous is not null then
    raise exception 'these roles must be neither superuser nor bypassrls: %', v_dangerous;
  end if;
end
$roles$;

-- Owns the database and migrates it. Nobody serves requests as this role.
alter role lml_owner with login inherit nocreaterole nocreatedb;

-- The server logs in as this role, and becomes one of the next two for each request. It inherits
-- nothing, so a request that forgets to choose its role can do nothing.
alter role lml_authenticator with login noinherit nocreaterole nocreatedb;

-- A request without a session.
alter role lml_anonymous with nologin nocreaterole nocreatedb;

-- A request with a session.
alter role lml_user with nologin nocreaterole nocreatedb;

-- Runs the jobs, and owns the job queue.
alter role lml_worker with login inherit nocreaterole nocreatedb;

-- Reads masked views. People who analyze log in with roles of their own that are granted this one.
alter role lml_analyst with nologin nocreaterole nocreatedb;

grant lml_anonymous, lml_user to lml_authenticator with inherit false, set true;

-- The owner's definer functions add jobs to the queue, and the owner installs the queue's schema.
grant lml_worker to lml_owner with inherit true, set true;
