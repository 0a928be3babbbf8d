const limit: number = ;
