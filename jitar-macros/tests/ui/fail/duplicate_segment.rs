jitar::service!(segments = ["sales", "reporting", "sales"]);
