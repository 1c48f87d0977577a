--! Previous: sha1:594c9f3b227ffb867801e9774d0f18239b1303dc
--! Hash: sha1:04b9f0502ed96e5058933b3824e66b9fce363758
--! Message: first partitions

--! split: 100-partitions.sql
-- The partitions that the first rows need; from now on the worker makes them ahead.
select app_private.make_partitions_ahead();
