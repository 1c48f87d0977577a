create or replace function app_private.mail_dispute(dispute app_public.disputes, template text)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.queue_email(
    u.email::text, mail_dispute.template,
    app_private.booking_words(b) || jsonb_build_object(
      'amount', app_hidden.money_text(
        (mail_dispute.dispute).amount_cents, (mail_dispute.dispute).currency
      ),
      'reason', (mail_dispute.dispute).reason,
      'until', to_char(
        (mail_dispute.dispute).evidence_due_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'
      ) || ' UTC'
    )
  )
  from app_public.organization_members as m
  join app_public.users as u on u.id = m.user_id
  join app_public.bookings as b
    on b.organization_id = m.organization_id and b.id = (mail_dispute.dispute).booking_id
  where m.organization_id = (mail_dispute.dispute).organization_id
    and 'disputes.manage' = any (
      app_private.permissions_of(m.organization_id, m.user_id)
    )
  order by m.id
$$;

comment on function app_private.mail_dispute(app_public.disputes, text) is
  'Mails every member who may answer a dispute.';
