jitar::service!(segment = "sales", segments = ["reporting", "sales"]);
