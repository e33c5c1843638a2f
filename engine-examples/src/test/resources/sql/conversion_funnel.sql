with reached as (
  select
    session_id,
    max(page_url = '/') as home,
    max(page_url like '/products%') as products,
    max(page_url like '/product/%') as product_detail,
    max(event_type = 'add_to_cart') as add_to_cart,
    max(page_url = '/cart') as cart,
    max(page_url like '/checkout%') as checkout,
    max(event_type = 'purchase') as purchase
  from clickstream
  group by session_id
  having max(page_url = '/')
),
totals as (
  select
    count(*) filter (home) as home,
    [count(*) filter (home), count(*) filter (products), count(*) filter (product_detail), count(*) filter (add_to_cart),
     count(*) filter (cart), count(*) filter (checkout), count(*) filter (purchase)] as sessions
  from reached
),
steps (step, name) as (
  values (1, 'Home'), (2, 'Products'), (3, 'Product Detail'), (4, 'Add to Cart'), (5, 'Cart'), (6, 'Checkout'), (7, 'Purchase')
)
select step, name, sessions[step] as sessions, ratio2(100 * sessions[step], home) as conversion_rate
from steps, totals
