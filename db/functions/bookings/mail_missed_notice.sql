-- The notice's own mails go to those who had bought by then. Whoever was still paying chose the old
-- date, and would read the new one in their confirmation without a word.
create or replace function app_private.mail_missed_notice(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_notice app_private.performance_notices;
begin
  -- Once: the last part of a price is confirmed, too.
  if (mail_missed_notice.booking).customer_email is null
    or (
      (mail_missed_notice.booking).payment_plan_id is not null
      and (mail_missed_notice.booking).status <> 'partially_paid'
    )
  then
    return;
  end if;
  select * into v_notice
  from app_private.performance_notices as n
  where n.organization_id = (mail_missed_notice.booking).organization_id
    and n.performance_id = (mail_missed_notice.booking).performance_id
    and n.kind in ('moved', 'postponed')
    and n.known_from < (mail_missed_notice.booking).confirmed_at
    and app_private.chose_before(mail_missed_notice.booking, n.known_from)
  order by n.known_from desc, n.id desc
  limit 1;
  if found then
    perform app_private.queue_email(
      (mail_missed_notice.booking).customer_email::text, 'performance_' || v_notice.kind,
      app_private.notice_words(v_notice) || jsonb_build_object(
        'booking', (mail_missed_notice.booking).booking_reference
      ),
      (mail_missed_notice.booking).organization_id
    );
  end if;
end
$$;

comment on function app_private.mail_missed_notice(app_public.bookings) is
  'Has a buyer mailed that the date moved between their choice and their payment, if it did.';
