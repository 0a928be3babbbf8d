SELECT TOP 5 [name] FROM [dbo].[users];
