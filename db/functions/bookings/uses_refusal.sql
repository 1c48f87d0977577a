-- Carts that are under way count until they run out; an order that a code took nothing off, as its
-- minimum was not met any more, has not used it. The caller has locked the code, and this is a
-- statement of its own, so it sees every use before it.
create or replace function app_private.uses_refusal(
  code app_public.discount_codes, booking app_public.bookings
)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_uses bigint;
  v_own_uses bigint;
begin
  if num_nonnulls((uses_refusal.code).uses_max, (uses_refusal.code).uses_per_customer_max) = 0
  then
    return null;
  end if;
  select
    count(*),
    count(*) filter (
      where b.user_id = (uses_refusal.booking).user_id
        or b.cart_token_hash = (uses_refusal.booking).cart_token_hash
        or b.customer_email operator(public.=) (uses_refusal.booking).customer_email
    )
  into v_uses, v_own_uses
  from app_public.discount_redemptions as r
  join app_public.bookings as b
    on b.organization_id = r.organization_id and b.id = r.booking_id
  where r.organization_id = (uses_refusal.code).organization_id
    and r.discount_code_id = (uses_refusal.code).id
    and r.booking_id is distinct from (uses_refusal.booking).id
    and b.status not in ('canceled', 'refunded', 'expired')
    and (b.expires_at is null or b.expires_at > now())
    and (b.status = 'draft' or b.discount_cents > 0);
  return case
    when v_uses >= (uses_refusal.code).uses_max then 'used_up'
    when v_own_uses >= (uses_refusal.code).uses_per_customer_max then 'used_by_you'
  end;
end
$$;

comment on function app_private.uses_refusal(app_public.discount_codes, app_public.bookings) is
  'Why a booking may not use a code once more: used_up, used_by_you, or it may (null).';
