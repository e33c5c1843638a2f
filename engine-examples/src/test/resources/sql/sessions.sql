select
  session_id, user_id,
  min(event_timestamp) as session_start,
  max(event_timestamp) as session_end,
  count(*) as total_events,
  count(distinct page_url) as unique_pages,
  count(*) filter (event_type = 'page_view') as page_views,
  max(case when event_type = 'purchase' then 1 else 0 end) as converted,
  -- Whole seconds since 1970 of both ends, as unix_timestamp gives them.
  ratio2(epoch_us(max(event_timestamp)) // 1000000 - epoch_us(min(event_timestamp)) // 1000000, 60) as session_duration_min
from clickstream
group by session_id, user_id
