-- One job at a time for a performance; another one finds nothing to do. Killed anywhere, nothing
-- was offered, and nobody was told.
create or replace function app_private.serve_waiting_list(performance_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_is_over boolean;
  v_sale app_private.sale;
  v_category app_public.ticket_categories;
  v_accessible boolean;
  v_offers integer := 0;
begin
  if not pg_try_advisory_xact_lock(
    hashtextextended('waiting list of ' || serve_waiting_list.performance_id, 0)
  ) then
    return 0;
  end if;
  v_is_over := app_private.close_waiting_list(serve_waiting_list.performance_id);
  begin
    v_sale := app_private.open_sale(serve_waiting_list.performance_id);
  exception
    -- Postponed, suspended, not open yet, or private by now: whoever waits keeps their place.
    when sqlstate 'LMEVT' or sqlstate 'LMSAL' or sqlstate 'LMNFD' then
      null;
  end;
  perform app_private.settle_waiting_offers(
    serve_waiting_list.performance_id, v_is_over or v_sale.performance_id is not null
  );
  if v_is_over or v_sale.performance_id is null then
    return 0;
  end if;
  if not (
    select e.has_waiting_list from app_public.events as e
    where e.organization_id = v_sale.organization_id and e.id = v_sale.event_id
  ) then
    return 0;
  end if;
  for v_category in select * from app_private.categories_on_sale(v_sale) loop
    foreach v_accessible in array array[false, true] loop
      v_offers := v_offers + app_private.offer_places(v_sale, v_category, v_accessible);
    end loop;
  end loop;
  return v_offers;
end
$$;

comment on function app_private.serve_waiting_list(uuid) is
  'Settles what was offered for a performance, and offers what is free now to whoever waits for '
  'it, in order, a few at a time; returns how many offers were made.';
grant execute on function app_private.serve_waiting_list(uuid) to lml_worker;
