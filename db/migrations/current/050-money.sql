drop function app_private.part_inside_price(app_public.bookings, bigint);
drop function app_private.promoter_part_of(uuid, uuid, bigint);

alter type app_public.payout_hold_kind add value 'rounding';

comment on column app_public.payout_holds.kind is
  'By somebody, because buyers dispute it, or because Stripe transfers only whole steps of a currency.';

insert into app_public.booking_status_transitions (from_status, to_status, reason) values
  ('completed', 'canceled', 'after the performance, staff took the last ticket back');

-- Beyond it, what is computed from a date (deadlines, payouts) is no time any more.
alter table app_public.performances
  add constraint performances_end_before_the_year_3000
    check (greatest(starts_at, ends_at, refunds_until) < '3000-01-01 00:00+00');
