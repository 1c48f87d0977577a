-- Batch by batch, because each of a canceled date is mailed.
create or replace function app_private.close_waiting_list(
  performance_id uuid, batch_limit integer default 500
)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_is_canceled boolean;
  v_is_over boolean;
  v_entry app_public.waiting_list_entries;
begin
  select
    'canceled' in (p.status::text, e.status::text),
    'completed' in (p.status::text, e.status::text)
      or (
        p.status = 'scheduled' and e.status = 'published'
        and now() >= coalesce(e.sales_end, p.starts_at)
      )
  into v_is_canceled, v_is_over
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.id = close_waiting_list.performance_id;
  if not (v_is_canceled or v_is_over) then
    return false;
  end if;
  -- Whoever was offered places in time may still be paying for them.
  for v_entry in
    update app_public.waiting_list_entries as w
    set ended_at = now(),
      status = case when exists (
        select from app_public.bookings as b
        where b.organization_id = w.organization_id and b.id = w.booking_id
          and b.confirmed_at is not null
      ) then 'taken' else 'closed' end::app_public.waiting_list_status
    -- Asked once: a plan may run a locked subquery again.
    where w.id = any (array(
      select w.id from app_public.waiting_list_entries as w
      where w.performance_id = close_waiting_list.performance_id
        and w.ended_at is null
        and (v_is_canceled or w.status <> 'offered')
      order by w.id
      limit close_waiting_list.batch_limit
      for no key update skip locked
    ))
    returning *
  loop
    if v_is_canceled and v_entry.status = 'closed' then
      perform app_private.mail_waiting(v_entry, 'waiting_list_canceled');
    end if;
  end loop;
  return true;
end
$$;

comment on function app_private.close_waiting_list(uuid, integer) is
  'Ends the next entries of a performance of which nothing is sold any more, and tells whoever '
  'waited when it was canceled; returns whether it is one.';
