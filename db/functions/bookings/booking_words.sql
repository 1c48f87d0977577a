create or replace function app_private.booking_words(booking app_public.bookings)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select app_private.performance_words(p.organization_id, p.id) || jsonb_build_object(
    'reference', (booking_words.booking).booking_reference,
    'amount', app_hidden.money_text(
      (booking_words.booking).total_amount_cents, (booking_words.booking).currency
    ),
    'until', app_hidden.local_time(
      (booking_words.booking).expires_at, coalesce(app_hidden.timezone_of(e), 'UTC')
    )
  )
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.organization_id = (booking_words.booking).organization_id
    and p.id = (booking_words.booking).performance_id
$$;

comment on function app_private.booking_words(app_public.bookings) is
  'What mails say of a booking.';
