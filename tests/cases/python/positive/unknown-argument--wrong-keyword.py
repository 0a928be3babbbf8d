def connect(host, *, timeout=10, retries=3):
    return host, timeout, retries


connect("db", time_out=5)
