select session_id, max(events) as most_events_a_minute
from (
  select session_id, date_trunc('minute', event_time) as minute, count(*) as events
  from clickstream_events
  group by all)
where events > 200
group by session_id
