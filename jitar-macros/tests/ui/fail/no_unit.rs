jitar::service!(segments = ["stock", "sales"]);
