-- The codes are the stock: what is sold beyond them would have none.
create or replace function app_public.add_add_on_codes(add_on_id uuid, codes text[])
returns app_public.add_on_count
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_add_on app_public.add_ons := app_private.lock_digital_add_on(add_add_on_codes.add_on_id);
  v_is_first boolean;
  v_new integer;
  v_constraint text;
  v_column text;
begin
  if not v_add_on.is_limited then
    raise exception 'There is no end of this add-on, but there is one of codes.'
      using errcode = 'LMINP', detail = 'add_on_id', hint = 'Make another one with a stock.';
  end if;
  if coalesce(cardinality(add_add_on_codes.codes), 0) not between 1 and 10000 then
    raise exception 'Add 1 to 10,000 codes at a time.' using errcode = 'LMINP', detail = 'codes';
  end if;
  perform from app_private.add_on_counters as s where s.add_on_id = v_add_on.id
  for no key update;
  v_is_first := not app_private.has_codes(v_add_on);
  insert into app_private.add_on_codes (organization_id, add_on_id, code)
  select v_add_on.organization_id, v_add_on.id, btrim(u.code)
  from unnest(add_add_on_codes.codes) with ordinality as u (code, no)
  order by u.no
  on conflict on constraint add_on_codes_code_is_unique do nothing;
  get diagnostics v_new = row_count;
  if v_is_first then
    perform app_private.require_stock_of(v_add_on.id, v_new);
  end if;
  update app_private.add_on_counters as s
  set total = v_new + case when v_is_first then 0 else s.total end
  where s.add_on_id = v_add_on.id;
  return app_private.add_on_count_of(v_add_on.id);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.add_add_on_codes(uuid, text[]) is
  'Adds codes of which buyers of a digital add-on get one for each unit; those that are in the '
  'list already are left out. From the first ones on they are its stock. Nobody reads them but '
  'who has paid, by open_add_on. Needs events.manage. Raises LMCAP (more are held and sold than '
  'the first codes), LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.add_add_on_codes(uuid, text[]) to lml_user;
