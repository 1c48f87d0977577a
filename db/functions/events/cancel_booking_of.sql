-- A booking with which somebody was let in is not ended by itself: what they are owed is for a
-- person to decide. Nobody can come with its other tickets any more.
create or replace function app_private.cancel_booking_of(
  cancellation app_public.event_cancellations, booking app_public.bookings
)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
begin
  begin
    perform app_private.end_booking(
      cancel_booking_of.booking, (cancel_booking_of.cancellation).reason, 'event_canceled'
    );
    return null;
  exception
    when sqlstate 'LMTUS' then
      perform app_private.return_unused_tickets(
        cancel_booking_of.booking, 'event_canceled', (cancel_booking_of.cancellation).reason
      );
      return sqlstate;
  end;
exception
  when others then
    -- A constraint that keeps one booking from ending keeps no other one.
    if sqlstate !~ '^(LM|23)' then
      raise;
    end if;
    return sqlstate;
end
$$;

comment on function app_private.cancel_booking_of(
  app_public.event_cancellations, app_public.bookings
) is
  'Ends and refunds a locked booking of a cancellation, or those of its tickets that nobody has '
  'come with; returns the code of what is left for a person, null: nothing.';
