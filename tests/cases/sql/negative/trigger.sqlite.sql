CREATE TABLE t (a, b);
CREATE TRIGGER touch AFTER UPDATE ON t BEGIN
  UPDATE t SET b = 'x;y' WHERE a = new.a;
  DELETE FROM t WHERE a = 0;
END;
SELECT [a] FROM t -- no end
