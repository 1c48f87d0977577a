--! Previous: -
--! Hash: sha1:f024fea41995ccc4579a6307748ad18acb54b6c6
--! Message: tables of foundation

--! split: 100-tables.sql
-- The ground that every module stands on: extensions, schemas, who may enter them, currencies.

create extension if not exists citext with schema public;
create extension if not exists pgcrypto with schema public;
create extension if not exists btree_gist with schema public;

create schema app_public;
create schema app_hidden;
create schema app_private;

comment on schema app_public is
  'The API: every table, view and function here is exposed as GraphQL to who may use it.';
comment on schema app_hidden is
  'Helpers of policies and functions. Same rights as app_public, but not part of the API.';
comment on schema app_private is
  'Secrets and internals, reached only through definer functions, the server and the worker.';

grant usage on schema app_public, app_hidden to lml_anonymous, lml_user, lml_worker;
grant usage on schema app_public to lml_analyst;
grant usage on schema app_private to lml_authenticator, lml_worker;
-- Extension types such as citext live in public; nobody may create anything there.
grant usage on schema public to lml_anonymous, lml_user, lml_worker, lml_analyst, lml_authenticator;

-- A function is callable by nobody until a grant beside it says so.
alter default privileges revoke execute on functions from public;

create table app_public.currencies (
  code text primary key,
  exponent smallint not null,
  constraint currencies_code_is_iso_4217 check (code ~ '^[A-Z]{3}$'),
  constraint currencies_exponent_is_0_to_3 check (exponent between 0 and 3)
);

comment on table app_public.currencies is
  'ISO 4217 currencies. Every amount is an integer number of the minor unit that exponent gives.';
comment on column app_public.currencies.code is 'Three-letter ISO 4217 code.';
comment on column app_public.currencies.exponent is
  'Digits after the decimal point: 2 for USD (1050 is $10.50), 0 for JPY, 3 for KWD.';

insert into app_public.currencies (code, exponent)
select code, 2
from unnest(string_to_array(
  'AED,ALL,AMD,ARS,AUD,AZN,BAM,BBD,BDT,BGN,BMD,BND,BOB,BRL,BSD,BWP,BYN,BZD,CAD,CHF,CNY,COP,CRC,'
  'CZK,DKK,DOP,DZD,EGP,ETB,EUR,FJD,GBP,GEL,GHS,GMD,GTQ,GYD,HKD,HNL,HTG,HUF,IDR,ILS,INR,JMD,KES,'
  'KGS,KHR,KYD,KZT,LBP,LKR,LRD,MAD,MDL,MKD,MMK,MNT,MOP,MUR,MVR,MWK,MXN,MYR,MZN,NAD,NGN,NIO,NOK,'
  'NPR,NZD,PAB,PEN,PGK,PHP,PKR,PLN,QAR,RON,RSD,RUB,SAR,SBD,SCR,SEK,SGD,SOS,SRD,SZL,THB,TJS,TOP,'
  'TRY,TTD,TWD,TZS,UAH,USD,UYU,UZS,WST,XCD,YER,ZAR,ZMW', ',')) as code
union all
select code, 0
from unnest(string_to_array('BIF,CLP,DJF,GNF,ISK,JPY,KMF,KRW,PYG,RWF,UGX,VND,VUV,XAF,XOF,XPF', ','))
  as code
union all
select code, 3
from unnest(string_to_array('BHD,IQD,JOD,KWD,LYD,OMR,TND', ',')) as code;

-- graphile-worker leaves the jobs of a killed worker locked for hours: whoever stops beating is
-- dead.
create table app_private.worker_heartbeats (
  worker_id text primary key,
  beaten_at timestamptz not null default now()
);

comment on table app_private.worker_heartbeats is
  'When each worker was last alive; worker__unlock_dead frees the jobs of the others.';
