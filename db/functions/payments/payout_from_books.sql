-- Nothing of the payout's own amounts is read: only which facts and holds it names.
create or replace function app_private.payout_from_books(payout_id uuid)
returns app_public.payout_amounts
language sql stable security definer set search_path = ''
as $$
  select row(
    coalesce(sum(b.gross_revenue_cents), 0), coalesce(sum(b.commission_cents), 0),
    coalesce(sum(b.stripe_fees_cents), 0), coalesce(sum(b.refunds_cents), 0),
    coalesce(sum(b.adjustments_cents), 0)
      + coalesce(sum(h.amount_cents * case i.kind when 'hold' then -1 else 1 end), 0),
    coalesce(sum(b.net_cents), 0)
      + coalesce(sum(h.amount_cents * case i.kind when 'hold' then -1 else 1 end), 0),
    count(i.ledger_transaction_id)::integer
  )::app_public.payout_amounts
  from app_public.payout_items as i
  left join app_public.payout_holds as h
    on h.organization_id = i.organization_id and h.id = i.hold_id
  left join lateral app_private.payout_parts_of(
    i.organization_id, i.ledger_transaction_id, i.promoter_id is not null
  ) as b on i.kind = 'fact'
  where i.payout_id = payout_from_books.payout_id
$$;

comment on function app_private.payout_from_books(uuid) is
  'The amounts of a payout, made again from the entries of the books that its items name.';
