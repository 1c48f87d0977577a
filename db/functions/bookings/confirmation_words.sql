-- No credential is among them: a mail is read by more than its reader, and a QR code changes with
-- each hand that a ticket goes through.
create or replace function app_private.confirmation_words(booking app_public.bookings)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'items', app_private.item_words(confirmation_words.booking),
    'payment', case
      when (confirmation_words.booking).total_amount_cents = 0 then 'free'
      when exists (
        select from app_public.payment_intents as p
        where p.organization_id = (confirmation_words.booking).organization_id
          and p.booking_id = (confirmation_words.booking).id
          and p.method = 'invoice'
          and p.status <> 'succeeded'
      ) then 'invoice'
      else 'paid'
    end
  )
    || coalesce((
      select jsonb_build_object(
        'paid', app_hidden.money_text(
          (sum(s.amount_cents) filter (where s.status = 'paid'))::bigint,
          (confirmation_words.booking).currency
        ),
        'until', app_hidden.local_time(
          min(s.due_at) filter (where s.status <> 'paid'), app_hidden.timezone_of(e)
        )
      )
      from app_public.booking_payment_schedule as s
      join app_public.performances as p
        on p.organization_id = s.organization_id
        and p.id = (confirmation_words.booking).performance_id
      join app_public.events as e
        on e.organization_id = p.organization_id and e.id = p.event_id
      where s.organization_id = (confirmation_words.booking).organization_id
        and s.booking_id = (confirmation_words.booking).id
      group by e.id
    ), '{}')
$$;

comment on function app_private.confirmation_words(app_public.bookings) is
  'What mails say of a booking that was sold.';
