-- Once, when a booking is confirmed: whatever is agreed with the promoter later is for others. It
-- is one statement for all sales, which finds nothing where an event has no promoter.
create or replace function app_private.freeze_promoter_share(booking app_public.bookings)
returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_promoter app_public.event_promoters;
  v_share_cents bigint;
begin
  select ep.* into v_promoter
  from app_public.performances as p
  join app_public.event_promoters as ep
    on ep.organization_id = p.organization_id and ep.event_id = p.event_id
  where p.organization_id = (freeze_promoter_share.booking).organization_id
    and p.id = (freeze_promoter_share.booking).performance_id;
  if not found then
    return 0;
  end if;
  v_share_cents := app_hidden.percentage_of(
    (freeze_promoter_share.booking).payout_cents, v_promoter.share_percentage
  );
  insert into app_public.promoter_shares (
    organization_id, booking_id, promoter_id, share_percentage, base_cents, share_cents
  )
  values (
    v_promoter.organization_id, (freeze_promoter_share.booking).id, v_promoter.promoter_id,
    v_promoter.share_percentage, (freeze_promoter_share.booking).payout_cents, v_share_cents
  );
  return v_share_cents;
end
$$;

comment on function app_private.freeze_promoter_share(app_public.bookings) is
  'What the promoter of a booking''s event is given of it; zero without one.';
