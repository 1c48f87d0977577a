-- In order of their rules: two reviewers of two bookings would otherwise wait in a circle.
create or replace function app_private.close_alerts_of_booking(
  booking app_public.bookings, resolution app_public.fraud_resolution, note text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_alert app_public.fraud_alerts;
begin
  for v_alert in
    select *
    from app_public.fraud_alerts as a
    where a.organization_id = (close_alerts_of_booking.booking).organization_id
      and a.booking_id = (close_alerts_of_booking.booking).id
      and a.status in ('open', 'assigned')
    order by a.rule_id
    for no key update
  loop
    perform app_private.close_fraud_alert(
      v_alert, close_alerts_of_booking.resolution, close_alerts_of_booking.note
    );
  end loop;
end
$$;

comment on function app_private.close_alerts_of_booking(
  app_public.bookings, app_public.fraud_resolution, text
) is 'What was decided about a booking is what its open alerts come to.';
