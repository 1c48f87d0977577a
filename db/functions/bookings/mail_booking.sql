-- Who has an account finds the booking there. A guest may have lost the cart's token since: the
-- mail has one that takes the booking over, once: of what is sold, until the day after it.
create or replace function app_private.mail_booking(
  booking app_public.bookings, template text, variables jsonb default '{}'
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token text;
begin
  if (mail_booking.booking).customer_email is not null
    and (mail_booking.booking).user_id is null
    and app_private.is_live(mail_booking.booking)
  then
    v_token := app_public.create_cart_token();
    insert into app_private.payment_links (token_hash, organization_id, booking_id, expires_at)
    select
      app_hidden.hash_token(v_token), p.organization_id, (mail_booking.booking).id,
      coalesce(
        (mail_booking.booking).expires_at,
        greatest(
          now() + interval '30 days',
          app_hidden.closing_time(p.starts_at, p.ends_at) + interval '1 day'
        )
      )
    from app_public.performances as p
    where p.organization_id = (mail_booking.booking).organization_id
      and p.id = (mail_booking.booking).performance_id;
  end if;
  perform app_private.mail_buyer(
    mail_booking.booking, mail_booking.template,
    jsonb_strip_nulls(jsonb_build_object('token', v_token)) || mail_booking.variables
  );
end
$$;

comment on function app_private.mail_booking(app_public.bookings, text, jsonb) is
  'Mails whoever a booking is for, with a link to it for a guest.';
