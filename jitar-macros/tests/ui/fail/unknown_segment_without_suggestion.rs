jitar::service!(segment = "warehouse");
