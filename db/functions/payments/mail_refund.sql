-- Buyers of an event that is canceled are told so, with what becomes of their money; with a lost
-- dispute the bank has returned it.
create or replace function app_private.mail_refund(
  booking app_public.bookings, template text, amount_cents bigint,
  reason app_public.refund_reason
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_buyer(
    mail_refund.booking, mail_refund.template,
    jsonb_build_object('amount', app_hidden.money_text(
      mail_refund.amount_cents, (mail_refund.booking).currency
    ))
  )
  where mail_refund.amount_cents > 0
    and (mail_refund.template = 'refund_failed'
      or mail_refund.reason::text not in ('event_canceled', 'dispute'))
$$;

comment on function app_private.mail_refund(
  app_public.bookings, text, bigint, app_public.refund_reason
) is 'Tells whoever a booking is for what becomes of money that goes back.';
