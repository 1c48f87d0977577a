-- Only seats that are free: whoever holds one has its price on a line, and whoever bought it, too.
create or replace function app_public.set_seat_prices(
  performance_id uuid, seat_ids text[], price_cents bigint default null
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_seat_nos integer[];
  v_taken integer[];
  v_constraint text;
begin
  v_performance := app_private.lock_performance(
    set_seat_prices.performance_id, 'inventory.manage'
  );
  v_seat_nos := app_private.seat_nos_of(v_performance, set_seat_prices.seat_ids);
  perform app_hidden.require_chargeable(
    set_seat_prices.price_cents, v_performance.currency, 'price_cents'
  );
  perform from app_public.seat_booking_state as s
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id
    and s.seat_no = any (v_seat_nos)
  order by s.seat_no
  for no key update;
  -- Decided with the rows locked.
  select array_agg(s.seat_no) into v_taken
  from app_public.seat_booking_state as s
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id
    and s.seat_no = any (v_seat_nos)
    and app_private.is_sold_or_held(s.status, s.locked_until);
  if v_taken is not null then
    raise exception 'Held or sold: %.', (
        select string_agg(l.seat_id, ', ' order by l.seat_no)
        from app_public.layout_seats as l
        where l.organization_id = v_performance.organization_id
          and l.layout_id = v_performance.layout_id
          and l.seat_no = any (v_taken)
      )
      using errcode = 'LMTKN', detail = (
        select jsonb_build_object('seat_ids', jsonb_agg(l.seat_id order by l.seat_no))::text
        from app_public.layout_seats as l
        where l.organization_id = v_performance.organization_id
          and l.layout_id = v_performance.layout_id
          and l.seat_no = any (v_taken)
      ), hint = 'Leave them out; nothing was changed.';
  end if;
  update app_public.seat_booking_state as s
  set price_override_cents = set_seat_prices.price_cents
  where s.organization_id = v_performance.organization_id
    and s.performance_id = v_performance.id
    and s.seat_no = any (v_seat_nos);
  return cardinality(v_seat_nos);
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    perform app_hidden.raise_bad_input(v_constraint, null);
end
$$;

comment on function app_public.set_seat_prices(uuid, text[], bigint) is
  'Gives free seats of a performance a price of their own, in place of that of their category and '
  'of its rules; null takes it away. Returns how many. Needs inventory.manage. '
  'Raises LMTKN (naming seats that are held or sold), LMNFD, LMRGT, LMSEA, LMSDP, LMQTY, LMINP.';
grant execute on function app_public.set_seat_prices(uuid, text[], bigint) to lml_user;
