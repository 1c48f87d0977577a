-- One mail that cannot be written keeps no other one from its reader, and is tried again.
alter table app_private.booking_confirmations
  add column retry_at timestamptz,
  add column error_code text,
  add constraint booking_confirmations_failed_is_retried
    check ((retry_at is null) = (error_code is null));
comment on column app_private.booking_confirmations.retry_at is
  'When a mail that could not be written is tried again; null: it was not tried yet.';
comment on column app_private.booking_confirmations.error_code is
  'SQLSTATE of what kept the mail from being written; null: nothing did.';
