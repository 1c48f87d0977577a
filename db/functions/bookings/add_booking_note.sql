create or replace function app_public.add_booking_note(booking_id uuid, note text)
returns app_public.booking_notes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_booking app_public.bookings;
  v_note app_public.booking_notes;
  v_constraint text;
  v_column text;
begin
  select * into v_booking from app_public.bookings as b where b.id = add_booking_note.booking_id;
  if v_booking.id is null
    or not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    )
  then
    raise exception 'There is no such booking, or it is not your organization''s.'
      using errcode = 'LMBKG', detail = format('%s', add_booking_note.booking_id);
  end if;
  insert into app_public.booking_notes (organization_id, booking_id, note, written_by)
  values (v_booking.organization_id, v_booking.id, add_booking_note.note, v_user_id)
  returning * into v_note;
  return v_note;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.add_booking_note(uuid, text) is
  'Writes something down about an order, for staff. Needs bookings.manage. '
  'Raises LMBKG, LMINP, LMAUT, LMSES.';
grant execute on function app_public.add_booking_note(uuid, text) to lml_user;
