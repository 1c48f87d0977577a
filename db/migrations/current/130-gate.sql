-- A date that has no day lets nobody in, and one that moves to another day lets everybody in again.

alter type app_private.door add attribute opens_at timestamptz;

alter table app_public.performances add column readmits_since timestamptz;
comment on column app_public.performances.readmits_since is
  E'@behavior -*\nWhen it moved to another day: who came in before may come in again.';

alter table app_public.tickets
  add column earlier_entries integer not null default 0,
  drop constraint tickets_entry_count_is_not_negative,
  add constraint tickets_earlier_entries_are_entries
    check (earlier_entries between 0 and entry_count);
comment on column app_public.tickets.earlier_entries is
  E'@behavior -*\nHow many of its entries were before its date moved to another day.';

alter table app_public.pass_entries
  add column earlier_entries integer not null default 0,
  drop constraint pass_entries_entry_count_is_positive,
  add constraint pass_entries_entry_count_is_positive
    check (entry_count > 0 and earlier_entries between 0 and entry_count);
comment on column app_public.pass_entries.earlier_entries is
  E'@behavior -*\nHow many of its entries were before the date moved to another day.';

comment on column app_public.ticket_offer.starts_at is
  'When it starts; null: it is postponed, and has no day yet.';
