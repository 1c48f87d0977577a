create or replace function app_private.send_when_due(payout app_public.payouts)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.add_stripe_job(
    'payout.send', (send_when_due.payout).id,
    greatest((send_when_due.payout).scheduled_for - now(), '0')
  )
$$;

comment on function app_private.send_when_due(app_public.payouts) is
  'Has an approved payout sent, at once or when its day comes.';
