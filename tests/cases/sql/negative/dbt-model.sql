{{ config(materialized='table') }}
select o.id,
       o.total
from {{ ref('orders') }} as o
where o.total > {{ var('minimum', 10) }}
{% if is_incremental() %}
  and o.id > (select max(id) from {{ this }})
{% endif %}
