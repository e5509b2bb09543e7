jitar::service!(segment = "sales", segment = "reporting");
