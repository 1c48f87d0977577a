-- What was canceled or returned meanwhile has mails of its own.
create or replace function app_private.mail_confirmation(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if (mail_confirmation.booking).status in ('partially_paid', 'confirmed', 'completed') then
    perform app_private.mail_booking(
      mail_confirmation.booking,
      case (mail_confirmation.booking).status
        when 'partially_paid' then 'booking_deposit_paid' else 'booking_confirmed'
      end,
      app_private.confirmation_words(mail_confirmation.booking)
    );
    perform app_private.mail_missed_notice(mail_confirmation.booking);
  end if;
end
$$;

comment on function app_private.mail_confirmation(app_public.bookings) is
  'Has whoever bought a booking mailed that it was sold, if it still is.';
