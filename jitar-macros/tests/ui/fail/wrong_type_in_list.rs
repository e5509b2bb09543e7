jitar::service!(segments = ["sales", 7, ""]);
