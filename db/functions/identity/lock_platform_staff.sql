-- Two who change roles at once wait for each other, and then look again.
create or replace function app_private.lock_platform_staff()
returns void
language sql volatile set search_path = ''
as $$ select pg_advisory_xact_lock(hashtextextended('platform staff', 0)) $$;

comment on function app_private.lock_platform_staff() is
  'One change of platform roles at a time; held to the end of the transaction.';
