-- What buyers of a digital add-on get.

create table app_private.add_on_downloads (
  add_on_id uuid not null,
  organization_id uuid not null,
  url text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (add_on_id, organization_id),
  foreign key (organization_id, add_on_id)
    references app_public.add_ons (organization_id, id) on delete restrict,
  constraint add_on_downloads_url_is_https
    check (url ~ '^https://[^[:space:][:cntrl:]]+$' and length(url) <= 2000)
);
comment on table app_private.add_on_downloads is
  'Where buyers find a digital add-on: theirs to see once it is paid for.';

-- A code is in the list of its add-on once, and belongs to one unit of one line for good: by keys
-- and a trigger, so that no two buyers ever see the same one.
create table app_private.add_on_codes (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  add_on_id uuid not null,
  code text not null,
  booking_item_id uuid,
  unit_no integer,
  drawn_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint add_on_codes_code_is_unique unique (add_on_id, organization_id, code),
  constraint add_on_codes_unit_has_one unique (booking_item_id, organization_id, unit_no),
  foreign key (organization_id, add_on_id)
    references app_public.add_ons (organization_id, id) on delete restrict,
  foreign key (organization_id, booking_item_id)
    references app_public.booking_items (organization_id, id) on delete restrict,
  constraint add_on_codes_code_is_short_text
    check (length(code) between 1 and 200 and code = btrim(code)),
  constraint add_on_codes_drawn_for_a_unit_at_a_time
    check (num_nonnulls(booking_item_id, unit_no, drawn_at) in (0, 3)),
  constraint add_on_codes_unit_no_is_positive check (unit_no > 0)
);
create index add_on_codes_to_draw_idx on app_private.add_on_codes (add_on_id, id)
  where booking_item_id is null;
comment on table app_private.add_on_codes is
  'Codes that buyers of a digital add-on get, one for each unit: drawn when they first look.';

create trigger _100_set_updated_at before update on app_private.add_on_downloads
  for each row execute function app_hidden.tg__set_updated_at();

create type app_public.opened_add_on as (
  booking_item_id uuid,
  add_on_id uuid,
  name text,
  download_url text,
  codes text[],
  opened_at timestamptz
);
comment on type app_public.opened_add_on is 'What a buyer of a digital add-on gets.';
comment on column app_public.opened_add_on.booking_item_id is 'The line of the booking.';
comment on column app_public.opened_add_on.add_on_id is 'The add-on.';
comment on column app_public.opened_add_on.name is 'What it is called.';
comment on column app_public.opened_add_on.download_url is 'Where it is; null: nowhere.';
comment on column app_public.opened_add_on.codes is 'A code for each unit, if it comes with codes.';
comment on column app_public.opened_add_on.opened_at is 'When the buyer first looked.';
