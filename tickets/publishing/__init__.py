"""Publishing: a question and its answer are made fit for everybody, agreed on, and stand on a page of their own."""
