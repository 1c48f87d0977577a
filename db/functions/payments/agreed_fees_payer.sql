create or replace function app_private.agreed_fees_payer(
  organization_id uuid, source text, corrects_id uuid
)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    case
      when starts_with(agreed_fees_payer.source, 'stripe_fee:') then
        app_private.bears_stripe_fees(s.organization_id, f.id)
      when starts_with(agreed_fees_payer.source, 'dispute') then (
        select app_private.bears_stripe_fees(d.organization_id, d.payment_intent_id)
        from app_public.disputes as d
        where d.organization_id = s.organization_id and d.id = f.id
      )
    end,
    (
      select t.pays_stripe_fees from app_public.ledger_transactions as t
      where t.organization_id = s.organization_id and t.id = agreed_fees_payer.corrects_id
        and t.category ~ '^(payment|stripe_fee|dispute)'
    ),
    s.pays_stripe_fees
  )
  from app_public.organization_settings as s
  cross join lateral (
    select case when pg_input_is_valid(i.text, 'uuid') then i.text::uuid end as id
    from split_part(agreed_fees_payer.source, ':', 2) as i (text)
  ) as f
  where s.organization_id = agreed_fees_payer.organization_id
$$;

comment on function app_private.agreed_fees_payer(uuid, text, uuid) is
  'Whether the organization bears what Stripe charges for a fact: as agreed for its payment, or '
  'for what it corrects, or else as agreed now.';
