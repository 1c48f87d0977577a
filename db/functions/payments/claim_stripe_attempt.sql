-- Three failures in a row of any calls mean that it is not the call. From then on one call at a
-- time tries; if its worker dies, another one after half a minute.
create or replace function app_private.claim_stripe_attempt()
returns interval
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_retry_at timestamptz;
begin
  select r.retry_at into v_retry_at
  from app_private.stripe_reachability as r where r.failures >= 3;
  if not found then
    return '0';
  end if;
  if v_retry_at <= now() then
    update app_private.stripe_reachability as r
    set retry_at = now() + interval '30 seconds'
    where r.retry_at <= now();
    if found then
      return '0';
    end if;
    v_retry_at := now() + interval '1 second';
  end if;
  -- Not all at the same moment.
  return v_retry_at - now() + random() * interval '3 seconds';
end
$$;

comment on function app_private.claim_stripe_attempt() is
  'How long to wait before Stripe is asked; zero: not at all.';
