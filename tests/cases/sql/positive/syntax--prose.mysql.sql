Here is the query
