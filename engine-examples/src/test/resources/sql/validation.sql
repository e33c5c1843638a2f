select
  count(*) as total_events,
  count(distinct event_type) as event_types,
  count(distinct session_id) as sessions,
  count(distinct user_id) as users,
  count(distinct event_timestamp::date) as days
from clickstream
