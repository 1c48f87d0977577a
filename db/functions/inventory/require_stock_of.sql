-- Carts that have run out have nothing any more: they are let go before the rest is counted.
create or replace function app_private.require_stock_of(add_on_id uuid, total integer)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_taken integer;
begin
  perform app_private.free_lapsed_add_ons(require_stock_of.add_on_id);
  select s.held + s.sold into strict v_taken
  from app_private.add_on_counters as s where s.add_on_id = require_stock_of.add_on_id;
  if require_stock_of.total < v_taken then
    perform app_private.raise_capacity_too_low(v_taken);
  end if;
end
$$;

comment on function app_private.require_stock_of(uuid, integer) is
  'Raises LMCAP when more of an add-on is held and sold than there would be.';
