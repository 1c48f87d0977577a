create or replace function app_public.set_add_on_stock(add_on_id uuid, total integer)
returns app_public.add_on_count
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_add_on(
    set_add_on_stock.add_on_id, 'inventory.manage'
  );
  v_constraint text;
  v_column text;
begin
  if not v_add_on.is_limited then
    raise exception 'There is no end of this add-on.'
      using errcode = 'LMINP', detail = 'add_on_id', hint = 'Make another one with a stock.';
  end if;
  if app_private.has_codes(v_add_on) then
    raise exception 'Its codes are its stock.'
      using errcode = 'LMINP', detail = 'add_on_id', hint = 'Add codes with add_add_on_codes.';
  end if;
  perform from app_private.add_on_counters as s where s.add_on_id = v_add_on.id
  for no key update;
  perform app_private.require_stock_of(v_add_on.id, set_add_on_stock.total);
  update app_private.add_on_counters as s
  set total = set_add_on_stock.total
  where s.add_on_id = v_add_on.id;
  return app_public.add_on_stock(v_add_on.id);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_add_on_stock(uuid, integer) is
  'Sets how many there are of an add-on in all, never fewer than are held and sold. '
  'Needs inventory.manage. Raises LMCAP (more are held and sold), LMNFD, LMRGT, LMINP.';
grant execute on function app_public.set_add_on_stock(uuid, integer) to lml_user;
