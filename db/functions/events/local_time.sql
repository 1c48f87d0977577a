create or replace function app_hidden.local_time(moment timestamptz, zone text)
returns text
language sql stable
return to_char(local_time.moment at time zone local_time.zone, 'YYYY-MM-DD HH24:MI')
  || ' ' || local_time.zone;

comment on function app_hidden.local_time(timestamptz, text) is
  'A moment as people at a place read it, such as 2027-05-01 19:30 Europe/Vienna.';
