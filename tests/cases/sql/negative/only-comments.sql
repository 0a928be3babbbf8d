-- nothing here
/* and here */
