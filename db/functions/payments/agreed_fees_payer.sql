-- A correction is borne as what it corrects, which says so if it moved such fees itself, and may be
-- a correction, too: else a fee that was taken back, and was right after all, would be nobody's.
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
      select case
        when t.category = 'payment' or exists (
          select from app_public.ledger_entries as e
          join app_public.ledger_accounts as a
            on a.organization_id = e.organization_id and a.id = e.account_id
          where e.organization_id = t.organization_id and e.transaction_id = t.id
            and a.kind = 'stripe_fees'
        )
          then t.pays_stripe_fees
        else app_private.agreed_fees_payer(t.organization_id, t.source, t.corrects_id)
      end
      from app_public.ledger_transactions as t
      where t.organization_id = s.organization_id and t.id = agreed_fees_payer.corrects_id
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
