-- The one reading of what the server found out about this request's address, for sessions and
-- rules. What is no country is unknown, not an error: what a proxy sends must stop nobody. Proxies
-- say XX for unknown and T1 for Tor.
create or replace function app_private.current_country()
returns text
language sql stable
return nullif(substring(upper(current_setting('lml.country', true)) from '^[A-Z]{2}$'), 'XX');

comment on function app_private.current_country() is
  'The country that this request comes from, in two letters; null where it is not known.';
