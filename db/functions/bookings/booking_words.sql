create or replace function app_private.booking_words(booking app_public.bookings)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'event', e.title,
    'startsAt', to_char(
      p.starts_at at time zone coalesce(v.timezone, 'UTC'), 'YYYY-MM-DD HH24:MI'
    ) || ' ' || coalesce(v.timezone, 'UTC'),
    'reference', (booking_words.booking).booking_reference,
    'organization', o.name,
    'amount', app_hidden.money_text(
      (booking_words.booking).total_amount_cents, (booking_words.booking).currency
    ),
    'until', to_char(
      (booking_words.booking).expires_at at time zone coalesce(v.timezone, 'UTC'),
      'YYYY-MM-DD HH24:MI'
    ) || ' ' || coalesce(v.timezone, 'UTC')
  )
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.organizations as o on o.id = p.organization_id
  left join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
  where p.organization_id = (booking_words.booking).organization_id
    and p.id = (booking_words.booking).performance_id
$$;

comment on function app_private.booking_words(app_public.bookings) is
  'What mails say of a booking.';
