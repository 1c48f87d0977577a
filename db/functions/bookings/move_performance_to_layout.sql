create or replace function app_public.move_performance_to_layout(
  performance_id uuid, layout_id uuid, dry_run boolean default false
)
returns app_public.layout_move
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events;
  v_performance app_public.performances;
  v_move app_public.layout_move;
  v_is_on_sale boolean;
begin
  v_event := app_private.lock_event(
    (select p.event_id from app_public.performances as p
      where p.id = move_performance_to_layout.performance_id),
    'events.manage'
  );
  select * into strict v_performance
  from app_public.performances as p
  where p.id = move_performance_to_layout.performance_id
  for no key update;
  perform app_private.require_date(v_performance.id);
  perform app_private.require_movable(
    v_event, v_performance, move_performance_to_layout.layout_id
  );
  if v_performance.layout_id <> move_performance_to_layout.layout_id
    and move_performance_to_layout.dry_run is not true
  then
    perform app_private.lock_for_move(v_performance);
  end if;

  v_move := app_private.describe_move(v_performance, move_performance_to_layout.layout_id);
  if v_performance.layout_id = move_performance_to_layout.layout_id
    or move_performance_to_layout.dry_run and cardinality(v_move.lost_seats) > 0
  then
    return v_move;
  end if;
  if cardinality(v_move.lost_seats) > 0 then
    raise exception '% seats are sold, held or reserved, and the layout does not offer them.',
        cardinality(v_move.lost_seats)
      using errcode = 'LMMOV', detail = to_jsonb(v_move.lost_seats[1:100])::text,
        hint = 'A dry run lists all of them; detail the first 100.';
  end if;

  v_is_on_sale := v_event.status <> 'draft' or exists (
    select from app_public.seat_booking_state as s
    where s.organization_id = v_performance.organization_id
      and s.performance_id = v_performance.id
  );
  if v_is_on_sale then
    perform app_private.require_standing_areas_kept(
      v_performance, move_performance_to_layout.layout_id
    );
  end if;
  if move_performance_to_layout.dry_run then
    return v_move;
  end if;
  if v_is_on_sale then
    perform app_private.move_inventory(v_performance, move_performance_to_layout.layout_id);
  end if;
  update app_public.performances as p
  set layout_id = move_performance_to_layout.layout_id,
    -- Draft events are not on sale: nobody can have read anything.
    holds_begin_at = case
      when v_event.status <> 'draft' then clock_timestamp() + interval '10 seconds'
    end
  where p.id = v_performance.id;
  if v_is_on_sale then
    perform app_private.create_seat_runs(v_performance.id);
    perform app_private.note_seats_changed(
      v_performance.id,
      array(
        select s.seat_no from app_public.seat_booking_state as s
        where s.organization_id = v_performance.organization_id
          and s.performance_id = v_performance.id
        order by 1
      )
    );
  end if;
  v_move.is_moved := true;
  return v_move;
end
$$;

comment on function app_public.move_performance_to_layout(uuid, uuid, boolean) is
  'Gives a performance another layout of its venue. Seats are recognized by their ids: what is '
  'sold, held or reserved keeps its booking, price and ticket. Refused when one of those seats has '
  'no counterpart; dry_run tells which, and changes nothing. New holds begin ten seconds later. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMINP (a pass), LMEVT (ended), LMMOV (seats would be '
  'lost), LMPUB (a seat without exactly one category), LMBSY (somebody is buying).';
grant execute on function app_public.move_performance_to_layout(uuid, uuid, boolean) to lml_user;
