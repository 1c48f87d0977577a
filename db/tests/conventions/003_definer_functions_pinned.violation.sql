create function app_private.planted_unpinned() returns integer
language sql security definer as 'select 1';
create function app_private.planted_wrong_path() returns integer
language sql security definer set search_path = public as 'select 1';
create function app_private.harmless_pinned() returns integer
language sql security definer set search_path = '' as 'select 1';
create function app_private.harmless_invoker() returns integer language sql as 'select 1';
