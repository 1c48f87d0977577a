-- Whoever was handed a ticket would stand before closed doors: the buyer is told, and they are not
-- the buyer. What is given back is given back by who paid.
create or replace function app_private.mail_holders(
  booking app_public.bookings, notice app_private.performance_notices
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_words jsonb := app_private.notice_words(mail_holders.notice) - 'refundsUntil';
  v_count integer;
begin
  perform app_private.queue_email(
    c.email::text, 'performance_' || (mail_holders.notice).kind,
    v_words || jsonb_build_object('ticket', min(t.ticket_number)), c.organization_id
  )
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  join app_public.customers as c
    on c.organization_id = x.organization_id and c.id = x.to_customer_id
  where t.organization_id = (mail_holders.booking).organization_id
    and t.booking_id = (mail_holders.booking).id
    and x.ended_at <= (mail_holders.notice).known_from
    and c.email operator(public.<>) (mail_holders.booking).customer_email
    and (
      t.status in ('valid', 'used')
      -- What was void before had its own reason.
      or (
        t.status in ('canceled', 'refunded')
        and t.updated_at >= (mail_holders.notice).created_at
      )
    )
  group by c.id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.mail_holders(
  app_public.bookings, app_private.performance_notices
) is
  'Has those mailed, each once, who were handed tickets of a booking before its performance was '
  'changed; returns how many.';
