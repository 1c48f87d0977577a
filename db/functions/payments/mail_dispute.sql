create or replace function app_private.mail_dispute(dispute app_public.disputes, template text)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_members(
    b.organization_id, 'disputes.manage', mail_dispute.template,
    app_private.booking_words(b) || jsonb_build_object(
      'amount', app_hidden.money_text(
        (mail_dispute.dispute).amount_cents, (mail_dispute.dispute).currency
      ),
      'reason', (mail_dispute.dispute).reason,
      'until', app_hidden.local_time(
        (mail_dispute.dispute).evidence_due_at, coalesce(app_hidden.timezone_of(e), 'UTC')
      )
    )
  )
  from app_public.bookings as b
  join app_public.performances as p
    on p.organization_id = b.organization_id and p.id = b.performance_id
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where b.organization_id = (mail_dispute.dispute).organization_id
    and b.id = (mail_dispute.dispute).booking_id
$$;

comment on function app_private.mail_dispute(app_public.disputes, text) is
  'Mails every member who may answer a dispute.';
