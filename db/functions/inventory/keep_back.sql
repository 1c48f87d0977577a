create or replace function app_private.keep_back(
  allocation app_public.seat_allocations, performance app_public.performances, seat_ids text[]
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_seat_nos integer[] := app_private.seat_nos_of(keep_back.performance, keep_back.seat_ids);
  v_taken integer[];
begin
  with kept as (
    update app_public.seat_booking_state as s
    set status = case (keep_back.allocation).kind
        when 'blocked' then 'blocked' else 'reserved' end::app_public.seat_status,
      booking_id = null, locked_until = null
    where s.organization_id = (keep_back.performance).organization_id
      and s.performance_id = (keep_back.performance).id
      and s.seat_no = any (v_seat_nos)
      and app_private.is_free(s.status, s.locked_until)
    returning s.seat_no
  ),
  noted as (
    insert into app_public.seat_allocation_seats (
      organization_id, performance_id, seat_no, allocation_id
    )
    select
      (keep_back.performance).organization_id, (keep_back.performance).id, k.seat_no,
      (keep_back.allocation).id
    from kept as k
  )
  select array(select n from unnest(v_seat_nos) as n except select k.seat_no from kept as k)
  into v_taken;
  if v_taken <> '{}' then
    raise exception 'Some of the seats are not free.'
      using errcode = 'LMTKN',
        detail = jsonb_build_object('seat_ids', (
          select jsonb_agg(l.seat_id order by l.seat_no)
          from app_public.layout_seats as l
          where l.organization_id = (keep_back.performance).organization_id
            and l.layout_id = (keep_back.performance).layout_id
            and l.seat_no = any (v_taken)
        ))::text,
        hint = 'Nothing was kept back.';
  end if;
  perform app_private.note_seats_changed((keep_back.performance).id, v_seat_nos);
end
$$;

comment on function app_private.keep_back(
  app_public.seat_allocations, app_public.performances, text[]
) is 'Gives seats to an allocation. Raises LMTKN, LMSEA, LMSDP, LMQTY.';
