-- Runs as the transaction that moved a performance commits: later than this, a hold could begin
-- that still reads the old layout and is not refused.
create or replace function app_hidden.tg_performances__check_move()
returns trigger
language plpgsql set search_path = ''
as $$
begin
  if clock_timestamp() > new.holds_begin_at - interval '5 seconds' then
    raise exception 'The move took too long between its end and its commit.'
      using errcode = 'LMBSY', hint = 'Move the performance in a transaction of its own.';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_performances__check_move() is
  'Raises LMBSY when a move is committed too late.';

drop trigger if exists _900_check_move on app_public.performances;
create constraint trigger _900_check_move
  after update of holds_begin_at on app_public.performances
  deferrable initially deferred
  for each row execute function app_hidden.tg_performances__check_move();
