create table app_private.planted_bytes (id uuid primary key, key bytea);
create trigger _500_audit after insert on app_private.planted_bytes
  for each row execute function app_hidden.tg__audit();
create table app_private.planted_text (id uuid primary key, client_secret text, api_key text);
create trigger _500_audit after insert on app_private.planted_text
  for each row execute function app_hidden.tg__audit('client_secret');
create table app_private.harmless_table (id uuid primary key, client_secret text, token_sent_at date);
create trigger _500_audit after insert on app_private.harmless_table
  for each row execute function app_hidden.tg__audit('client_secret');
