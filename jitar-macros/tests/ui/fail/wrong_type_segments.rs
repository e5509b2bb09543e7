jitar::service!(segments = "sales");
