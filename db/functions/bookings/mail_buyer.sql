create or replace function app_private.mail_buyer(
  booking app_public.bookings, template text, variables jsonb default '{}'
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.queue_email(
    (mail_buyer.booking).customer_email::text, mail_buyer.template,
    app_private.booking_words(mail_buyer.booking) || mail_buyer.variables,
    (mail_buyer.booking).organization_id
  )
  where (mail_buyer.booking).customer_email is not null
$$;

comment on function app_private.mail_buyer(app_public.bookings, text, jsonb) is
  'Mails whoever a booking is for.';
