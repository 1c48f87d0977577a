-- What tells the same of the same object is one finding until somebody closes it. An event that was
-- counted is not counted again, so that the inbox may be replayed.
create or replace function app_private.raise_payment_finding(
  kind text, subject text, organization_id uuid, booking_id uuid, detail jsonb,
  stripe_event_id text default null
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
-- The conflict below names columns.
#variable_conflict use_column
declare
  v_id uuid;
begin
  select f.id into v_id
  from app_public.payment_findings as f
  where f.kind = raise_payment_finding.kind
    and f.subject = left(raise_payment_finding.subject, 300)
    and f.organization_id is not distinct from raise_payment_finding.organization_id
    and raise_payment_finding.stripe_event_id = any (f.stripe_event_ids);
  if found then
    return v_id;
  end if;
  insert into app_public.payment_findings as f (
    organization_id, booking_id, kind, subject, detail, stripe_event_ids
  )
  values (
    raise_payment_finding.organization_id, raise_payment_finding.booking_id,
    raise_payment_finding.kind, left(raise_payment_finding.subject, 300),
    raise_payment_finding.detail,
    array_remove(array[raise_payment_finding.stripe_event_id], null)
  )
  on conflict (kind, subject, organization_id) where resolved_at is null do update
  set last_seen_at = now(),
    detail = excluded.detail,
    -- Enough to begin with: the inbox has them all.
    stripe_event_ids = (f.stripe_event_ids || excluded.stripe_event_ids)[1:100]
  returning f.id into v_id;
  return v_id;
end
$$;

comment on function app_private.raise_payment_finding(text, text, uuid, uuid, jsonb, text) is
  'Tells people of something that contradicts the books or was not asked for.';
