-- Not asked of every payment: the attempt that was open says it, and only one that was given up may
-- have another behind it, whose card is to be authorized.
create or replace function app_private.is_unanswered(
  booking app_public.bookings, intent app_public.payment_intents,
  before app_public.payment_intents
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select case
    when (is_unanswered.before).status in ('canceled', 'failed')
      then app_private.capture_method_of(is_unanswered.booking) = 'manual'
    else (is_unanswered.intent).capture_method = 'manual'
      and (is_unanswered.intent).capture_requested_at is null
  end
$$;

comment on function app_private.is_unanswered(
  app_public.bookings, app_public.payment_intents, app_public.payment_intents
) is 'Whether money has come for an order that the organization has not said yes to.';
