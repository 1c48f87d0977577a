create or replace function app_public.payout_preview(organization_id uuid)
returns setof app_public.payout_preview
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_settings app_public.organization_settings;
begin
  perform app_hidden.require_permission(payout_preview.organization_id, 'payouts.read');
  select * into strict v_settings
  from app_public.organization_settings as s
  where s.organization_id = payout_preview.organization_id;
  return query
  select p.currency, p.promoter_id, (f.ready + f.waiting + k.held + k.free)::bigint, f.waiting,
    k.held, d.amount, t.amount,
    case when n.amount >= greatest(m.minimum_cents, 1) then n.amount else 0 end::bigint,
    app_private.next_payout_at(v_settings.payout_schedule, v_settings.books_timezone, now())
  from (
    select distinct a.currency, null::uuid as promoter_id
    from app_public.ledger_accounts as a
    where a.organization_id = payout_preview.organization_id and a.kind = 'organizer_payable'
    union
    select distinct b.currency, s.promoter_id
    from app_public.promoter_shares as s
    join app_public.bookings as b
      on b.organization_id = s.organization_id and b.id = s.booking_id
    where s.organization_id = payout_preview.organization_id
  ) as p
  cross join lateral (
    select coalesce(sum(o.net_cents) filter (where o.is_ready), 0)::bigint as ready,
      coalesce(sum(o.net_cents) filter (where not o.is_ready), 0)::bigint as waiting
    from app_private.open_payout_facts(
      payout_preview.organization_id, p.promoter_id, p.currency, clock_timestamp()
    ) as o
  ) as f
  cross join lateral (
    select coalesce(sum(h.amount_cents) filter (where h.is_held), 0)::bigint as held,
      coalesce(sum(h.amount_cents) filter (where not h.is_held), 0)::bigint as free
    from app_private.kept_back_of(
      payout_preview.organization_id, p.promoter_id, p.currency
    ) as h
  ) as k
  cross join lateral (
    select case when p.promoter_id is null then app_private.held_for_disputes(
      payout_preview.organization_id, p.currency
    ) else 0 end::bigint as amount
  ) as d
  cross join lateral (
    select coalesce(sum(o.net_payout_cents), 0)::bigint as amount
    from app_public.payouts as o
    where o.organization_id = payout_preview.organization_id
      and o.promoter_id is not distinct from p.promoter_id
      and o.currency = p.currency
      and o.status not in ('paid', 'canceled')
  ) as t
  cross join lateral (
    select case when g.default_currency = p.currency then v_settings.minimum_payout_cents
      else 1 end as minimum_cents
    from app_public.organizations as g where g.id = payout_preview.organization_id
  ) as m
  cross join lateral (
    select f.ready + k.free - d.amount
      - (f.ready + k.free - d.amount) % app_hidden.charge_step(p.currency) as amount
  ) as n
  order by p.promoter_id nulls first, p.currency;
end
$$;

comment on function app_public.payout_preview(uuid) is
  'What is owed to the organization and its promoters, and what of it would be paid now. Needs '
  'payouts.read. Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.payout_preview(uuid) to lml_user;
