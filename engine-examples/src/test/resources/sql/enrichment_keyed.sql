-- The last row of each key, as an upsert leaves it.
create or replace table users as
  select * exclude (n) from (select *, row_number() over (partition by user_id order by rowid desc) as n from users) where n = 1;
create or replace table devices as
  select * exclude (n) from (select *, row_number() over (partition by device_id order by rowid desc) as n from devices) where n = 1;
create or replace table sessions as
  select * exclude (n) from (select *, row_number() over (partition by session_id order by rowid desc) as n from sessions) where n = 1;
create or replace table campaigns as
  select * exclude (n) from (select *, row_number() over (partition by campaign_id order by rowid desc) as n from campaigns) where n = 1;
create or replace table page_catalog as
  select * exclude (n) from (select *, row_number() over (partition by page_url order by rowid desc) as n from page_catalog) where n = 1;
create or replace table clickstream_events as
  select * exclude (n) from (select *, row_number() over (partition by event_id order by rowid desc) as n from clickstream_events) where n = 1;
