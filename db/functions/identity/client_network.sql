-- Whoever has one IPv6 address has the 2^64 beside it. An IPv4 address that arrives in the clothes
-- of IPv6 is one address all the same, or all of IPv4 would be one.
create or replace function app_private.client_network(address inet)
returns inet
language sql immutable parallel safe
return case
  when client_network.address is null then '::/128'::inet
  when family(client_network.address) = 4
    or client_network.address <<= '::ffff:0:0/96'::inet
    then host(client_network.address)::inet
  else host(network(set_masklen(client_network.address, 64)))::inet
end;

comment on function app_private.client_network(inet) is
  'What counts as one address: an IPv4 address, or the /64 of an IPv6 one.';
