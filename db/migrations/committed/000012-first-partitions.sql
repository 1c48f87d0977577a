--! Previous: sha1:bc8a5e2806ca773a1b78f03d88dde16277eaf1bf
--! Hash: sha1:96f5cfaede9f740d04ff2ee9f23f1b7acffc1e72
--! Message: first partitions

--! split: 100-partitions.sql
-- The partitions that the first rows need; from now on the worker makes them ahead.
select app_private.make_partitions_ahead();
