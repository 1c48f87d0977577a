create or replace function app_private.mail_payout(
  payout app_public.payouts, permission text, template text, reason text default null,
  except_user_id uuid default null
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_members(
    o.id, mail_payout.permission, mail_payout.template,
    jsonb_build_object(
      'organization', coalesce(r.name, o.name),
      'amount', app_hidden.money_text(
        (mail_payout.payout).net_payout_cents, (mail_payout.payout).currency
      ),
      'period', (mail_payout.payout).payout_period_start::text || ' to '
        || (mail_payout.payout).payout_period_end::text,
      'reason', mail_payout.reason
    ),
    mail_payout.except_user_id
  )
  from app_public.organizations as o
  left join app_public.promoters as r
    on r.organization_id = o.id and r.id = (mail_payout.payout).promoter_id
  where o.id = (mail_payout.payout).organization_id
$$;

comment on function app_private.mail_payout(app_public.payouts, text, text, text, uuid) is
  'Mails members with a permission about a payout to their organization or to a promoter of it.';
