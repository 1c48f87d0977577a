-- What became of an offer is what became of its booking. Whoever works on one of them at this
-- moment keeps it: the next job comes soon.
create or replace function app_private.settle_waiting_offers(
  performance_id uuid, is_on_sale boolean
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_found record;
begin
  for v_found in
    select w as entry, b as booking
    from app_public.waiting_list_entries as w
    join app_public.bookings as b on b.organization_id = w.organization_id and b.id = w.booking_id
    where w.performance_id = settle_waiting_offers.performance_id
      and w.status in ('gathering', 'offered')
      and (
        b.confirmed_at is not null
        or b.expires_at is null
        or b.expires_at <= now()
        or w.status = 'gathering' and b.status = 'draft'
          and app_private.has_gathered_long(b)
      )
    order by w.id
    for no key update of w, b skip locked
  loop
    if (v_found.booking).confirmed_at is not null then
      update app_public.waiting_list_entries as w
      set status = 'taken', ended_at = now()
      where w.id = (v_found.entry).id;
    elsif (v_found.booking).status = 'canceled' then
      update app_public.waiting_list_entries as w
      set status = 'left', ended_at = now()
      where w.id = (v_found.entry).id;
    elsif (v_found.entry).status = 'offered' and settle_waiting_offers.is_on_sale then
      update app_public.waiting_list_entries as w
      set status = 'lapsed', ended_at = now()
      where w.id = (v_found.entry).id;
      perform app_private.mail_waiting(v_found.entry, 'waiting_list_lapsed');
    else
      -- Who could not pay has not lost their turn.
      if (v_found.booking).expires_at > now() then
        perform app_private.close_booking(v_found.booking, null);
      end if;
      update app_public.waiting_list_entries as w
      set status = 'waiting', booking_id = null, gathered = 0, times_passed = 0
      where w.id = (v_found.entry).id;
    end if;
  end loop;
end
$$;

comment on function app_private.settle_waiting_offers(uuid, boolean) is
  'Ends offers that were taken or have run out, and gives back what was gathered in vain. '
  'What runs out while nothing is sold is waited for again.';
