-- Somebody gave them a ticket: they are told what became of the date, and not whose booking it is
-- of, nor what its buyer may do with it.
create or replace function app_private.mail_holders_of(
  booking app_public.bookings, notice app_private.performance_notices, words jsonb
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  perform app_private.queue_email(
    holder.email::text, 'performance_' || (mail_holders_of.notice).kind,
    mail_holders_of.words - 'refundsUntil', (mail_holders_of.booking).organization_id
  )
  from (
    select distinct c.email
    from app_public.tickets as t
    join app_public.ticket_transfers as x
      on x.organization_id = t.organization_id and x.id = t.transfer_id
    join app_public.customers as c
      on c.organization_id = x.organization_id and c.id = x.to_customer_id
    where t.organization_id = (mail_holders_of.booking).organization_id
      and t.booking_id = (mail_holders_of.booking).id
      and x.ended_at <= (mail_holders_of.notice).created_at
      and c.email is not null
      and c.email operator(public.<>) (mail_holders_of.booking).customer_email
      and (
        t.status in ('valid', 'used')
        or (mail_holders_of.notice).kind = 'canceled' and t.status in ('canceled', 'refunded')
          and t.updated_at >= (mail_holders_of.notice).created_at
      )
  ) as holder;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.mail_holders_of(
  app_public.bookings, app_private.performance_notices, jsonb
) is
  'Has those whom tickets of a booking were handed on to told of a change; returns how many.';
