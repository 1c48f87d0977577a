-- One deadline is enough for a buyer who does not linger: who checks out within five minutes has
-- the ten minutes to pay that are promised, and no seat is written again. The longest a hold lasts
-- without being extended stays as it was, 25 minutes.
alter table app_public.organization_settings
  alter column hold_seconds set default 900,
  alter column checkout_seconds set default 600;
comment on column app_public.organization_settings.checkout_seconds is
  'How long a hold lasts at least from the start of its checkout.';
