-- One row of what happened; the worker writes the mails, batch by batch.
create or replace function app_private.notify_buyers(
  old_performance app_public.performances, new_performance app_public.performances
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_kind app_private.notice_kind := case (notify_buyers.new_performance).status
      when 'canceled' then 'canceled' when 'postponed' then 'postponed' else 'moved'
    end;
  v_id uuid;
begin
  if v_kind <> 'canceled'
    and (notify_buyers.old_performance).status = (notify_buyers.new_performance).status
    and (notify_buyers.old_performance).starts_at = (notify_buyers.new_performance).starts_at
  then
    return;
  end if;
  insert into app_private.performance_notices (
    organization_id, performance_id, kind, old_starts_at, new_starts_at, refunds_until, reason
  )
  values (
    (notify_buyers.new_performance).organization_id, (notify_buyers.new_performance).id, v_kind,
    (notify_buyers.old_performance).starts_at,
    case when v_kind = 'moved' then (notify_buyers.new_performance).starts_at end,
    (notify_buyers.new_performance).refunds_until,
    (notify_buyers.new_performance).status_reason
  )
  returning id into v_id;
  perform app_private.add_job('performance__notify', jsonb_build_object('notice_id', v_id));
end
$$;

comment on function app_private.notify_buyers(
  app_public.performances, app_public.performances
) is
  'Has the buyers of a performance told that it was moved, postponed or canceled, if it was.';
