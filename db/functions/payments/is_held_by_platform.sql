create or replace function app_private.is_held_by_platform(payout app_public.payouts)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from app_public.payout_holds as h
    where h.organization_id = (is_held_by_platform.payout).organization_id
      and h.payout_id = (is_held_by_platform.payout).id
      and h.is_of_platform
      and h.released_at is null
      and (h.hold_until is null or h.hold_until > now())
  )
$$;

comment on function app_private.is_held_by_platform(app_public.payouts) is
  'Whether the platform''s staff holds a payout, or an amount of it.';
