-- One row of what happened, and one for each pass that the date belongs to; the worker writes the
-- mails, batch by batch.
create or replace function app_private.notify_buyers(
  old_performance app_public.performances, new_performance app_public.performances
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_date app_public.performances := notify_buyers.new_performance;
  v_kind app_private.notice_kind := case v_date.status
      when 'canceled' then 'canceled' when 'postponed' then 'postponed' else 'moved'
    end;
  v_pass app_public.performances;
begin
  if v_kind <> 'canceled'
    and (notify_buyers.old_performance).status = v_date.status
    and (notify_buyers.old_performance).starts_at = v_date.starts_at
  then
    return;
  end if;
  perform app_private.store_notice(notify_buyers.old_performance, v_date, v_date, v_kind);
  for v_pass in
    select * from app_private.follow_date(
      v_date, coalesce(v_date.refunds_until, now() + interval '14 days')
    )
  loop
    perform app_private.store_notice(
      notify_buyers.old_performance, v_date, v_pass,
      case v_kind when 'canceled' then 'date_canceled' else v_kind end
    );
  end loop;
end
$$;

comment on function app_private.notify_buyers(
  app_public.performances, app_public.performances
) is
  'Has the buyers of a performance, and of its passes, told that it was moved, postponed or '
  'canceled, if it was.';
