jitar::service!(segment = ["reporting", "sales"]);
