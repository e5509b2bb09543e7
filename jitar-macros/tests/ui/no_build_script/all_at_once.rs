jitar::service!(segment = 7);
