raise ImportError("lessons 00 to 03 load no deep-learning library: keras was asked for")
