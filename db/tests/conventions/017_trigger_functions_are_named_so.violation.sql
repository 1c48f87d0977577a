create function app_private.planted_trigger() returns trigger
language plpgsql as 'begin return new; end';
create function app_private.tg_planted__number() returns integer language sql as 'select 1';
create function app_public.tg__planted_exposed() returns trigger
language plpgsql as 'begin return new; end';
create function app_private.tg__harmless() returns trigger
language plpgsql as 'begin return new; end';
create function app_private.tg_harmless_things__tidy_up() returns trigger
language plpgsql as 'begin return new; end';
