create or replace function app_private.mail_installment(
  booking app_public.bookings, part app_public.booking_payment_schedule, template text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  select app_private.mail_booking(
    mail_installment.booking, mail_installment.template,
    jsonb_build_object(
      'amount', app_hidden.money_text(
        (mail_installment.part).amount_cents, (mail_installment.booking).currency
      ),
      'until', app_hidden.local_time(
        case when mail_installment.template = 'installment_overdue'
          then (mail_installment.part).cancel_at else (mail_installment.part).due_at
        end,
        coalesce(app_hidden.timezone_of(e), 'UTC')
      )
    )
  )
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.organization_id = (mail_installment.booking).organization_id
    and p.id = (mail_installment.booking).performance_id
$$;

comment on function app_private.mail_installment(
  app_public.bookings, app_public.booking_payment_schedule, text
) is 'Mails about a part of a price.';
