jitar::service!(segment = "reporting");
