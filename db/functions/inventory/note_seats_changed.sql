create or replace function app_private.note_seats_changed(
  performance_id uuid, seat_nos integer[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if cardinality(note_seats_changed.seat_nos) > 0 then
    insert into app_private.seat_changes (performance_id, seat_nos)
    values (note_seats_changed.performance_id, note_seats_changed.seat_nos);
  end if;
end
$$;

comment on function app_private.note_seats_changed(uuid, integer[]) is
  'Tells seat_map_changes of seats that changed otherwise than by a new booking.';
