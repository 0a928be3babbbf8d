SELECT coutn(*) FROM events;
