create or replace function app_public.payment_provider_calls(
  organization_id uuid, booking_id uuid default null
)
returns setof app_public.stripe_call
language plpgsql stable security definer set search_path = ''
rows 20
as $$
begin
  perform app_hidden.require_permission(payment_provider_calls.organization_id, 'payments.read');
  return query
  select
    c.id, c.purpose, c.subject_id, c.status, c.attempts, c.idempotency_key,
    c.stripe_id, c.http_code, c.error_code, c.stripe_request_id, c.duration_ms,
    c.first_asked_at, c.last_asked_at, c.ended_at
  from app_private.stripe_calls as c
  where c.organization_id = payment_provider_calls.organization_id
    and (
      payment_provider_calls.booking_id is null
      or c.subject_id in (
        select p.id from app_public.payment_intents as p
        where p.organization_id = payment_provider_calls.organization_id
          and p.booking_id = payment_provider_calls.booking_id
        union all
        select r.id from app_public.refunds as r
        where r.organization_id = payment_provider_calls.organization_id
          and r.booking_id = payment_provider_calls.booking_id
        union all
        select a.id
        from app_public.disputes as d
        join app_public.dispute_responses as a
          on a.organization_id = d.organization_id and a.dispute_id = d.id
        where d.organization_id = payment_provider_calls.organization_id
          and d.booking_id = payment_provider_calls.booking_id
      )
    )
  order by c.last_asked_at desc, c.id desc
  limit 1000;
end
$$;

comment on function app_public.payment_provider_calls(uuid, uuid) is
  'What an organization''s payments asked of Stripe, newest first, for a booking or at all, and '
  'what came of it. Needs payments.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.payment_provider_calls(uuid, uuid) to lml_user;
