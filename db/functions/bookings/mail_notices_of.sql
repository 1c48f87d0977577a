-- A batch of mails and how far they are, in one transaction: killed anywhere, it is done again or
-- was done, so that each booking gets one. Who chose before the change and paid after it is told
-- with the confirmation.
create or replace function app_private.mail_notices_of(
  notice_id uuid, batch_limit integer default 100
)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_notice app_private.performance_notices;
  v_booking app_public.bookings;
  v_words jsonb;
  v_count integer := 0;
  v_holders integer := 0;
begin
  select * into strict v_notice
  from app_private.performance_notices as n where n.id = mail_notices_of.notice_id
  for no key update;
  if v_notice.completed_at is not null then
    return 0;
  end if;
  v_words := app_private.notice_words(v_notice);
  for v_booking in
    select *
    from app_public.bookings as b
    where b.organization_id = v_notice.organization_id
      and b.performance_id = v_notice.performance_id
      and b.id > coalesce(v_notice.last_booking_id, '00000000-0000-0000-0000-000000000000')
      and b.customer_email is not null
      and b.confirmed_at <= v_notice.known_from
      and (
        app_private.is_sold(b.status)
        or (
          v_notice.kind = 'canceled' and b.status in ('canceled', 'refunded')
          and b.canceled_at >= v_notice.created_at
        )
      )
    order by b.id
    limit mail_notices_of.batch_limit
  loop
    perform app_private.queue_email(
      v_booking.customer_email::text, 'performance_' || v_notice.kind,
      v_words || jsonb_build_object('booking', v_booking.booking_reference),
      v_booking.organization_id
    );
    v_holders := v_holders + app_private.mail_holders(v_booking, v_notice);
    v_count := v_count + 1;
  end loop;
  -- By now, whoever was at the door is through.
  if v_count = 0 then
    perform app_private.readmit_overtaken(v_notice);
  end if;
  update app_private.performance_notices as n
  set last_booking_id = coalesce(v_booking.id, n.last_booking_id),
    mails_queued = n.mails_queued + v_count + v_holders,
    completed_at = case when v_count = 0 then now() end
  where n.id = v_notice.id;
  return v_count;
end
$$;

comment on function app_private.mail_notices_of(uuid, integer) is
  'Has the next buyers of a changed performance mailed, and whom they handed tickets on to; '
  'returns how many buyers, 0 when it is done.';
grant execute on function app_private.mail_notices_of(uuid, integer) to lml_worker;
