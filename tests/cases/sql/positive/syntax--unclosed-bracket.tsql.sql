SELECT TOP 5 name
FROM [dbo].[users]
WHERE (age > 3
GO
