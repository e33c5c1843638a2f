select
  count(*) as total_events,
  count(distinct user_id) as unique_users,
  count(distinct session_id) as total_sessions,
  count(distinct event_id) filter (event_type = 'page_view') as page_views,
  count(distinct event_id) filter (event_type = 'click') as clicks,
  count(distinct event_id) filter (event_type = 'purchase') as purchases,
  ratio2(sum(time_on_page), count(time_on_page))::double as avg_time_on_page_sec,
  ratio2(sum(scroll_depth), count(scroll_depth))::double as avg_scroll_depth_pct
from clickstream
