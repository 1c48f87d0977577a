-- A postponement offers the whole price whatever the terms are, as long as it does, to those who
-- chose what there was before. Who came later knew what they were buying.
create or replace function app_private.cancellation_offer_of(booking app_public.bookings)
returns app_private.cancellation_offer
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_offer app_private.cancellation_offer;
begin
  select null, null, 100, p.refunds_until, true, true into v_offer
  from app_public.performances as p
  where p.organization_id = (cancellation_offer_of.booking).organization_id
    and p.id = (cancellation_offer_of.booking).performance_id
    and p.status in ('scheduled', 'postponed') and p.refunds_until > now()
    and coalesce(
      (
        select app_private.chose_before(cancellation_offer_of.booking, max(n.known_from))
        from app_private.performance_notices as n
        where n.performance_id = p.id and n.organization_id = p.organization_id
      ),
      true
    );
  if found then
    return v_offer;
  end if;
  v_offer := null;
  v_offer.policy_id := case
    when (cancellation_offer_of.booking).status = 'draft' then app_private.cancellation_policy_of(
      (cancellation_offer_of.booking).organization_id,
      (cancellation_offer_of.booking).performance_id
    )
    else (cancellation_offer_of.booking).cancellation_policy_id
  end;
  select c.id, c.version, coalesce(w.percentage, 0), w.until, c.refunds_service_fees,
    c.refunds_processing_fees
  into v_offer
  from app_public.cancellation_policies as c
  left join lateral (
    select w.* from app_private.cancellation_windows_of(
      c.id, (cancellation_offer_of.booking).performance_id
    ) as w
    where w.until >= now()
    order by w.days_before desc
    limit 1
  ) as w on true
  where c.id = v_offer.policy_id;
  v_offer.percentage := coalesce(v_offer.percentage, 0);
  return v_offer;
end
$$;

comment on function app_private.cancellation_offer_of(app_public.bookings) is
  'What the buyer of a booking gets back for it now.';
