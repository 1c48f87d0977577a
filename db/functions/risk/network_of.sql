-- An IPv6 connection has 2^64 addresses of its own to choose from: what counts is its network.
create or replace function app_private.network_of(address inet)
returns inet
language sql immutable
return case
  when family(network_of.address) = 4 then network_of.address
  -- IPv4 as IPv6 writes it.
  when network_of.address <<= inet '::ffff:0.0.0.0/96'
    then inet '0.0.0.0' + (network_of.address - inet '::ffff:0.0.0.0')
  else network(set_masklen(network_of.address, 64))::inet
end;

comment on function app_private.network_of(inet) is
  'What stands for whoever is at an address: itself, or its /64 of IPv6.';
