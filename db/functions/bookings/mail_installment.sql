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
      'until', to_char(
        case when mail_installment.template = 'installment_overdue'
          then (mail_installment.part).cancel_at else (mail_installment.part).due_at
        end at time zone 'UTC',
        'YYYY-MM-DD HH24:MI'
      ) || ' UTC'
    )
  )
$$;

comment on function app_private.mail_installment(
  app_public.bookings, app_public.booking_payment_schedule, text
) is 'Mails about a part of a price.';
