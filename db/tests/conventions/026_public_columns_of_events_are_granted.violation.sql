alter table app_public.events add column planted_column text, add column harmless_column text;
grant select (harmless_column) on app_public.events to lml_anonymous, lml_user;
