-- Mail that waits to be sent.

create table app_private.outgoing_emails (
  id uuid primary key default uuidv7(),
  recipient public.citext not null,
  template text not null,
  variables jsonb not null default '{}',
  created_at timestamptz not null default now()
);

comment on table app_private.outgoing_emails is 'Mail that waits to be sent.';
